import { defineErrors } from "../../kernel/errors.ts";

/** Codes of refused requests, dead letters and failed reads of this connector. */
export const stripeErrors = defineErrors({
  E_STRIPE_SIGNATURE_MISSING: {
    message: "The header Stripe-Signature is missing or has no time and v1 signature.",
    class: "reject",
  },
  E_STRIPE_SIGNATURE_STALE: {
    message: "The signature was made {seconds} seconds away from now; at most {tolerance} count.",
    class: "reject",
  },
  E_STRIPE_SIGNATURE_MISMATCH: {
    message: "No signature fits the bytes that were received.",
    class: "reject",
  },
  E_STRIPE_ENVELOPE: {
    message: "Not a Stripe event: {reason}.",
    class: "reject",
  },
  E_STRIPE_FOREIGN_ACCOUNT: {
    message: "The event is of account {found}, this connection is of {expected}.",
    class: "reject",
  },
  E_STRIPE_LIVEMODE: {
    message: "The event has livemode {found}, this connection expects {expected}.",
    class: "reject",
  },
  E_STRIPE_API_VERSION: {
    message: '"{version}" is not an API version we can read.',
    class: "reject",
  },
  E_STRIPE_KIND_UNKNOWN: {
    message: 'Events of the kind "{kind}" are not known to this connector.',
    class: "reject",
  },
  E_STRIPE_MONEY_UNSUPPORTED: {
    message: 'Events of the kind "{kind}" move money and have no contract yet.',
    class: "reject",
  },
  E_STRIPE_BODY: {
    message: "{kind}: {problem}.",
    class: "reject",
  },
  E_STRIPE_CONTRADICTION: {
    message: "{kind} contradicts its own body: {problem}.",
    class: "reject",
  },
  E_STRIPE_TRUNCATED: {
    message: "{object} {id} came with only part of its {list}; it has to be fetched whole.",
    class: "reject",
  },
  E_STRIPE_CURRENCY: {
    message: "We do not know how Stripe counts amounts in {currency}.",
    class: "reject",
  },
  E_STRIPE_AMOUNT: {
    message: "{amount} is no amount in {currency} by Stripe's rules: {rule}.",
    class: "reject",
  },
  E_STRIPE_LEGAL_ENTITY: {
    message: 'Metadata {key} is "{value}", which names no legal entity of this connection.',
    class: "reject",
  },
  E_STRIPE_LEGAL_ENTITY_MISSING: {
    message:
      "Nothing says whose {object} {id} is: neither it nor what its event holds of its invoice " +
      "or payment has the metadata {key}.",
    class: "reject",
  },
  E_STRIPE_CURSOR: {
    message: "The cursor of the event sweep cannot be read.",
    class: "bug",
  },
  E_STRIPE_SWEEP_GAP: {
    message:
      "The sweep stopped at {from}; Stripe lists events back to {horizon} only. " +
      "What lies between must be listed by object.",
    class: "pause",
  },
  E_STRIPE_SWEEP_CROWDED: {
    message: "More than {limit} events in one second ({second}); the sweep cannot go on.",
    class: "pause",
  },
  E_STRIPE_STREAM: {
    message: 'Stripe has no stream "{stream}" here; there is "events".',
    class: "bug",
  },
  E_STRIPE_ENTITY: {
    message: 'Objects of the entity "{entity}" cannot be fetched from Stripe.',
    class: "bug",
  },
  E_STRIPE_RATE_LIMITED: {
    message: "Stripe refused {path} for its rate after {tries} tries.",
    class: "retry-after",
  },
  E_STRIPE_UNAVAILABLE: {
    message: "Stripe did not answer {path} after {tries} tries: {reason}.",
    class: "retry",
  },
  E_STRIPE_REFUSED: {
    message: "Stripe refused {path} with {status}: {reason}.",
    class: "pause",
  },
  E_STRIPE_ANSWER: {
    message: "Stripe's answer to {path} is not what we can read: {reason}.",
    class: "pause",
  },
});
