import { defineErrors } from "../kernel/errors.ts";

export const accessErrors = defineErrors({
  E_ACCESS_DENIED: {
    message: '{actor} may not do this: "{permission}" belongs to {roles}.',
    class: "reject",
  },
});
