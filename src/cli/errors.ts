import { defineErrors } from "../kernel/errors.ts";

export const cliErrors = defineErrors({
  E_CLI_NOTHING_RUNS: {
    message: "Nothing is running here. Start it with: npm start",
    class: "retry",
  },
});
