import { defineErrors } from "../kernel/errors.ts";

export const routingErrors = defineErrors({
  E_ROUTING_TARGET_UNKNOWN: {
    message: 'Flow "{flow}" hands to "{target}", which is not a declared connection.',
    class: "reject",
  },
  E_ROUTING_OPERATION_UNKNOWN: {
    message: 'Flow "{flow}" asks "{target}" for "{operation}", which its connector does not offer.',
    class: "reject",
  },
});
