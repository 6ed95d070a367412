import { isTieoutError } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { UnreadableField } from "../kit/json-read.ts";
import type { Translation } from "../kit/source.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { openFact } from "./fact.ts";
import type { Handled } from "./rules.ts";
import { ruleOf } from "./rules.ts";
import type { StripeSettings } from "./settings.ts";
import { retrievedHandler } from "./translate-retrieved.ts";

/**
 * A raw event or retrieval as canonical drafts, an ignore rule, or a dead letter with its reason.
 * Never throws for what Stripe may send; a defect of ours still throws.
 */
export function translateStripe(raw: Json, settings: StripeSettings): Translation {
  let kind = "message";
  try {
    const fact = openFact(raw, settings);
    kind = fact.kind;
    const handled = handle(fact, settings);
    return typeof handled === "string"
      ? { kind: "ignored", rule: handled }
      : { kind: "events", events: handled };
  } catch (thrown) {
    const { code, reason } = reasonOf(thrown, kind);
    return { kind: "dead", code, reason };
  }
}

function handle(fact: Fact, settings: StripeSettings): Handled {
  if (fact.retrieved) {
    const handler = retrievedHandler(fact);
    if (handler === undefined) throw stripeErrors.E_STRIPE_KIND_UNKNOWN({ kind: fact.kind });
    return handler(fact, settings);
  }
  const rule = ruleOf(fact.kind);
  if (rule === undefined) {
    throw stripeErrors.E_STRIPE_KIND_UNKNOWN({ kind: fact.kind.slice(0, 100) });
  }
  if ("ignore" in rule) return rule.ignore;
  if ("money" in rule) throw stripeErrors.E_STRIPE_MONEY_UNSUPPORTED({ kind: fact.kind });
  return rule.tell(fact, settings);
}

/** What stands in a dead letter. Throws on what is no finding about the body but a defect. */
export function reasonOf(thrown: unknown, kind: string): { code: string; reason: string } {
  if (thrown instanceof UnreadableField) {
    const error = stripeErrors.E_STRIPE_BODY({ kind, problem: thrown.message });
    return { code: error.code, reason: error.message };
  }
  if (isTieoutError(thrown) && thrown.class === "reject") {
    return { code: thrown.code, reason: thrown.message };
  }
  throw thrown;
}
