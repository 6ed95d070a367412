import { defineErrors } from "../kernel/errors.ts";

export const appErrors = defineErrors({
  E_APP_CONFIG: {
    message: "The configuration of {file} cannot be used: {reason}",
    class: "reject",
  },
  E_APP_BUDGET_SHARED: {
    message:
      'The targets "{first}" and "{second}" share the budget "{budget}", and one of them takes ' +
      "batches. Give it a budget of its own.",
    class: "reject",
  },
  E_APP_VARIABLE_MISSING: {
    message: "The configuration needs the variable {name}, and it is not set.",
    class: "reject",
  },
  E_APP_MASTER_KEY: {
    message: "The master key in {where} is not 32 bytes as base64 or as 64 hexadecimal digits.",
    class: "reject",
  },
  E_APP_RESTATE_ADDRESSES: {
    message: "Set both RESTATE_INGRESS_URL and RESTATE_ADMIN_URL, or neither.",
    class: "reject",
  },
  E_APP_PUBLIC_URL: {
    message: 'TIEOUT_PUBLIC_URL is "{text}", which is not an http or https address.',
    class: "reject",
  },
  E_APP_NOT_RUNNING: {
    message: "Nothing runs on {dataDir}. Start it with `npm start`, or set DATABASE_URL.",
    class: "reject",
  },
  E_APP_DEMO_UNSETTLED: {
    message: "For {seconds} s nothing has changed, and {count} handoffs still move: {detail}",
    class: "retry",
  },
  E_APP_SWEEP: {
    message: "{count} of the sources' lists could not be swept, the others were: {failed}",
    class: "retry",
  },
});
