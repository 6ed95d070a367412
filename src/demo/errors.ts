import { defineErrors } from "../kernel/errors.ts";

export const demoErrors = defineErrors({
  E_DEMO_STRIPE_REFUSED: {
    message: "Stripe refused {call} ({status} {code}): {reason}",
    class: "reject",
  },
  E_DEMO_UNREACHABLE: {
    message: "{call} got no usable answer in {tries} tries: {reason}",
    class: "retry",
  },
  E_DEMO_CONTROL_REFUSED: {
    message: "The sandbox's control plane refused {call} ({status}): {reason}",
    class: "reject",
  },
  E_DEMO_ANSWER_UNREADABLE: {
    message: "The answer of {call} is not what the demo expects: {reason}",
    class: "bug",
  },
  E_DEMO_ACCOUNT_NOT_EMPTY: {
    message:
      "The Stripe sandbox holds data that is not the demo's (seed {seed}); the demo tells a whole " +
      "story and starts from an empty account.",
    class: "reject",
  },
  E_DEMO_SECRET_DIFFERS: {
    message:
      "The sandbox made another webhook secret than the hub was given: its seed is not {seed}, or " +
      "something was made in it before the demo.",
    class: "reject",
  },
  E_DEMO_NOT_SEEDED: {
    message: "There is no finished month in the Stripe sandbox; run seedMonth first.",
    class: "reject",
  },
});
