import { defineErrors } from "../kernel/errors.ts";

export const engineErrors = defineErrors({
  E_ENGINE_REFUSED: {
    message: "The engine refused a request of this hub ({status}): {text}",
    class: "retry",
  },
});
