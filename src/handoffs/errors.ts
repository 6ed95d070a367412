import { defineErrors } from "../kernel/errors.ts";

export const handoffErrors = defineErrors({
  E_HANDOFF_TRANSITION: {
    message: 'A handoff that is {from} cannot meet "{event}": the state table has no such pair.',
    class: "bug",
  },
  E_HANDOFF_OVERDUE: {
    message: "The handoff waited past its deadline.",
    class: "pause",
  },
});
