import { defineErrors } from "../kernel/errors.ts";

export const cliErrors = defineErrors({
  E_CLI_NOTHING_RUNS: {
    message: "Nothing is running here. Start it with: npm start",
    class: "retry",
  },
  E_CLI_SERVER_ADDRESS: {
    message: '"{server}" is not an https address (http is taken for this machine only).',
    class: "reject",
  },
  E_CLI_TOKEN_MISSING: {
    message: "A server needs a token: --token or TIEOUT_TOKEN.",
    class: "reject",
  },
  E_CLI_SERVER_SILENT: {
    message: "{server} does not answer: {reason}",
    class: "retry",
  },
  E_CLI_SERVER_ANSWER: {
    message: "{server} answered ({status}) what this version does not understand.",
    class: "pause",
  },
});
