import type { EventDraft } from "../../contracts/envelope.ts";
import type { Payout } from "../../contracts/payout/payout.ts";
import { instant } from "../../kernel/clock.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  optionalObject,
  optionalText,
  readBoolean,
  readInteger,
  readText,
} from "../kit/json-read.ts";
import { currencyOf, payoutMoneyOf } from "./amounts.ts";
import type { Scene } from "./draft.ts";
import { draftOf, metadataOf, sceneOf } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

const STATUSES: Readonly<Record<string, Payout["status"]>> = {
  paid: "paid",
  failed: "failed",
  canceled: "cancelled",
};

/** A payout that failed or was called off may have seemed paid for days (vendor: "Payouts"). */
export function translatePayout(
  fact: Fact,
  settings: StripeSettings,
  expected: Payout["status"],
): EventDraft[] {
  const found = readText(fact.object, "status", AT);
  if (STATUSES[found] !== expected) {
    const problem = `the payout is ${found}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  // It empties the account's balance, which is of no document: the connection's own entity has it.
  const scene = sceneOf(fact, settings, [fact.object["metadata"]]);
  const data = readPayout(scene, expected);
  return [
    draftOf(scene, {
      type: expected === "paid" ? "payout.paid" : "payout.failed",
      entity: "payout",
      id: data.id,
      rank: expected === "paid" ? 100 : 500,
      data,
      mentions: [data.traceId, data.balanceTransactionId],
      amount: data.amount,
      atMs: fact.retrieved ? readSeconds(fact.object, "arrival_date", AT) * 1000 : undefined,
    }),
  ];
}

function readPayout(scene: Scene, status: Payout["status"]): Payout {
  const { object } = scene.fact;
  const currency = currencyOf(readText(object, "currency", AT));
  const failure = optionalText(object, "failure_code", AT);
  return {
    id: readText(object, "id", AT),
    status,
    amount: payoutMoneyOf(readInteger(object, "amount", AT), currency),
    // Midnight UTC of the day the bank books it (vendor: "Payout object"): a date, not an instant.
    arrivalDate: instant(readSeconds(object, "arrival_date", AT) * 1000).slice(0, 10),
    timeZone: scene.entity.timeZone,
    createdAt: instant(readSeconds(object, "created", AT) * 1000),
    automatic: readBoolean(object, "automatic", AT),
    method: readText(object, "method", AT),
    bankAccountId: idOf(object, "destination", AT),
    balanceTransactionId: idOf(object, "balance_transaction", AT),
    failureBalanceTransactionId: idOf(object, "failure_balance_transaction", AT),
    statementDescriptor: filled(object, "statement_descriptor"),
    traceId: traceOf(object),
    originalPayoutId: idOf(object, "original_payout", AT),
    failure:
      failure === undefined || failure === ""
        ? undefined
        : { code: failure, message: filled(object, "failure_message") },
    metadata: metadataOf(object),
  };
}

function filled(object: JsonObject, key: string): string | undefined {
  const text = optionalText(object, key, AT);
  return text === "" ? undefined : text;
}

/** `trace_id: {status, value}`; the value comes days after the payout, or never. */
function traceOf(object: JsonObject): string | undefined {
  const trace = optionalObject(object, "trace_id", AT);
  return trace === undefined ? undefined : filled(trace, "value");
}
