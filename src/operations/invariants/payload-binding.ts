import { checkRequests } from "../../store/check-requests.ts";
import { checkPayloadBinding } from "../../store/check-sends.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const payloadBinding: Invariant = {
  name: "PayloadBinding",
  holdsWhen: "one send key carries one request, byte for byte",
  check: async ({ pool, keyring, hasher, sample }) => {
    const finding = ofLedger(await checkPayloadBinding(pool));
    const { looked, wrong } = await checkRequests(pool, keyring, hasher, sample);
    return {
      ...finding,
      looked: { ...finding.looked, ciphered_requests: looked },
      violations: [...finding.violations, ...wrong],
    };
  },
};
