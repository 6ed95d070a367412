import { checkPayloadBinding } from "../../store/check-sends.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const payloadBinding: Invariant = {
  name: "PayloadBinding",
  holdsWhen: "one send key carries one request, byte for byte",
  check: async ({ pool }) => ofLedger(await checkPayloadBinding(pool)),
};
