import { defineErrors } from "../kernel/errors.ts";

export const engineErrors = defineErrors({
  E_ENGINE_REFUSED: {
    message: "The engine refused a request of this hub ({status}): {text}",
    class: "retry",
  },
  E_OBSERVE_STOPPED: {
    message: "The observation of {target} was ended early; the next one begins where it began.",
    class: "retry",
  },
  E_OBSERVE_LEASE_LOST: {
    message: "Another observer took {target}, because this one was silent for too long.",
    class: "retry",
  },
});
