/** A stand-in with one customer and one item, and a target that speaks to it. */
import { webcrypto } from "node:crypto";
import type {
  ApplyContext,
  Outcome,
  PreparedCall,
  ProbeResult,
} from "../../src/connectors/kit/target.ts";
import type { NetSuiteSettings } from "../../src/connectors/netsuite/settings.ts";
import type { NetSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import { netSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import type { Random } from "../../src/kernel/random.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { NetSuiteSandbox } from "../../src/sandbox/netsuite/sandbox.ts";
import {
  DEMO_ACCOUNT,
  DEMO_CREDENTIALS,
  startNetSuiteSandbox,
} from "../../src/sandbox/netsuite/sandbox.ts";
import { systemClock } from "../support/system-clock.ts";
import type { Given } from "./netsuite-given.ts";
import { contextOf, invoiceData, paymentData, settingsFor } from "./netsuite-given.ts";

/** What every document needs: a customer, and the item its lines name. */
export const MASTERS = { "customer/cus_1": "700", "product/prod_1": "2000" };

const random: Random = {
  bytes: (count) => webcrypto.getRandomValues(new Uint8Array(count)),
  unit: () => 0.5,
};

export interface Room {
  readonly sandbox: NetSuiteSandbox;
  readonly target: NetSuiteTarget;
  call(context: ApplyContext): PreparedCall;
  send(operation: string, call: PreparedCall): Promise<Outcome>;
  /** Prepares, sends and classifies. */
  apply(given: Given): Promise<Outcome>;
  /** The same, and the internal id; throws when it is not done. */
  post(given: Given): Promise<string>;
  probe(given: Given): Promise<ProbeResult>;
  close(): Promise<void>;
}

export async function openRoom(
  port: number,
  change: (settings: NetSuiteSettings) => NetSuiteSettings = (settings) => settings,
): Promise<Room> {
  const sandbox = await startNetSuiteSandbox({
    port,
    clock: systemClock,
    random: seededRandom(1),
  });
  const settings = change(settingsFor(sandbox.url, DEMO_ACCOUNT, DEMO_CREDENTIALS));
  const target = netSuiteTarget(settings, { clock: systemClock, random });
  const { world } = sandbox;
  world.create("customer", { companyName: "Known", subsidiary: { id: "1" } }, "700");
  const accounts = { incomeAccount: { id: "151" }, deferredRevenueAccount: { id: "138" } };
  world.create("serviceSaleItem", { itemId: "plan", ...accounts }, "2000");
  const call = (context: ApplyContext): PreparedCall => {
    const preparation = target.prepare(context);
    if (preparation.ok) return preparation.call;
    throw new Error(preparation.lack.message);
  };
  const send = async (operation: string, prepared: PreparedCall) =>
    target.classify(operation, await target.send(prepared));
  const apply = (given: Given) => send(given.operation, call(contextOf(given)));
  return {
    sandbox,
    target,
    call,
    send,
    apply,
    async post(given) {
      const outcome = await apply(given);
      if (outcome.class === "done") return outcome.externalId;
      throw new Error(JSON.stringify(outcome));
    },
    probe: (given) => target.probe(given.operation, given.reference, call(contextOf(given))),
    async close() {
      await target.close?.();
      await sandbox.close();
    },
  };
}

export const invoiceGiven = (id: string, over: Partial<Given> = {}): Given => ({
  operation: "invoice.post",
  type: "invoice.finalized",
  entity: "invoice",
  id,
  data: invoiceData(id),
  reference: `inv-${id}`,
  links: MASTERS,
  ...over,
});

export const paymentGiven = (id: string, over: Partial<Given> = {}): Given => ({
  operation: "payment.post",
  type: "payment.succeeded",
  entity: "payment",
  id,
  data: paymentData(id),
  reference: `pay-${id}`,
  links: MASTERS,
  ...over,
});
