import { defineErrors } from "../kernel/errors.ts";

export const driftErrors = defineErrors({
  E_DRIFT_EDITED: {
    message: "{document} is not what was confirmed: {differences}. {change}",
    class: "pause",
  },
  E_DRIFT_CANCELLED: {
    message: "{document} was cancelled; here it is confirmed and stands. {change}",
    class: "pause",
  },
  E_DRIFT_DELETED: {
    message: "{document} does not exist any more; here it is confirmed. {change}",
    class: "pause",
  },
  E_DRIFT_FOREIGN: {
    message: "{document} did not come through Tieout, and documents of its type should. {change}",
    class: "pause",
  },
  E_DRIFT_UNKNOWN_REFERENCE: {
    message: "{document} bears reference {reference}, which this ledger has never made. {change}",
    class: "pause",
  },
  E_DRIFT_DOUBLE: {
    message: "{document} bears reference {reference}, which belongs to {ours}. {change}",
    class: "pause",
  },
});
