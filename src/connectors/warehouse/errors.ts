import { defineErrors } from "../../kernel/errors.ts";

export const warehouseErrors = defineErrors({
  E_WAREHOUSE_EVENT_UNKNOWN: {
    message: '"{type}" is no canonical event type that this version knows; it was not loaded.',
    class: "reject",
  },
  E_WAREHOUSE_EVENT_SHAPE: {
    message: "{path} of a {type} is {problem}; the event was not loaded.",
    class: "reject",
  },
  E_WAREHOUSE_VALUE_REFUSED: {
    message: "PostgreSQL refuses a value of the event ({state}): {reason}",
    class: "reject",
  },
  E_WAREHOUSE_UNAVAILABLE: {
    message: "The warehouse took nothing for now ({state}): {reason}",
    class: "retry-after",
  },
  E_WAREHOUSE_OUTCOME_UNKNOWN: {
    message: "The connection to the warehouse broke before it told the outcome: {reason}",
    class: "retry",
  },
  E_WAREHOUSE_SCHEMA_NEWER: {
    message: 'The warehouse schema "{schema}" is of version {found}; this program knows {known}.',
    class: "pause",
  },
  E_WAREHOUSE_SCHEMA_CONFLICT: {
    message: '"{schema}"."{table}"."{column}" is {found}; this program needs {expected}.',
    class: "pause",
  },
});
