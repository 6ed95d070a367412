import type { Customer } from "../../contracts/customer/customer.ts";
import type { EventDraft } from "../../contracts/envelope.ts";
import { instant } from "../../kernel/clock.ts";
import { isObject, optionalText, readText } from "../kit/json-read.ts";
import { currencyOf } from "./amounts.ts";
import { draftOf, metadataOf, sceneOf } from "./draft.ts";
import type { Fact } from "./fact.ts";
import { AT, readSeconds } from "./fact.ts";
import { addressOf, exemptionOf, registrationsOf } from "./party.ts";
import type { StripeSettings } from "./settings.ts";

/** `created` or `updated`: the customer as it stands. */
export function translateCustomer(
  fact: Fact,
  settings: StripeSettings,
  verb: "created" | "updated",
): EventDraft[] {
  const scene = sceneOf(fact, settings, [fact.object["metadata"]]);
  const data = readCustomer(fact);
  return [
    draftOf(scene, {
      type: `customer.${verb}`,
      entity: "customer",
      id: data.id,
      rank: verb === "created" ? 0 : 500,
      data,
      state: true,
    }),
  ];
}

/** Of a deleted customer Stripe keeps the id; webhooks of old versions carry the whole. */
export function translateCustomerDeleted(fact: Fact, settings: StripeSettings): EventDraft[] {
  const scene = sceneOf(fact, settings, [fact.object["metadata"]]);
  const id = readText(fact.object, "id", AT);
  const data = { id };
  return [
    draftOf(scene, {
      type: "customer.deleted",
      entity: "customer",
      id,
      rank: 999,
      data,
      state: true,
    }),
  ];
}

function readCustomer(fact: Fact): Customer {
  const { object } = fact;
  const currency = optionalText(object, "currency", AT);
  return {
    id: readText(object, "id", AT),
    name: optionalText(object, "name", AT),
    email: optionalText(object, "email", AT),
    phone: optionalText(object, "phone", AT),
    description: optionalText(object, "description", AT),
    currency: currency === undefined ? undefined : currencyOf(currency),
    addresses: addressesOf(fact),
    // Only sent when the caller asked to expand it; absent says nothing.
    taxRegistrations: isObject(object["tax_ids"])
      ? registrationsOf(object["tax_ids"], "data", `${AT}.tax_ids`)
      : undefined,
    taxExempt: exemptionOf(object, "tax_exempt", AT),
    createdAt: instant(readSeconds(object, "created", AT) * 1000),
    metadata: metadataOf(object),
  };
}

function addressesOf({ object }: Fact): Customer["addresses"] {
  const billing = addressOf(object, "address", AT);
  const shipping = isObject(object["shipping"])
    ? addressOf(object["shipping"], "address", `${AT}.shipping`)
    : undefined;
  return [
    ...(billing === undefined ? [] : [{ kind: "billing" as const, address: billing }]),
    ...(shipping === undefined ? [] : [{ kind: "shipping" as const, address: shipping }]),
  ];
}
