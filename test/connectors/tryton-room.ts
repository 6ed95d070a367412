/** A live Tryton with a company, a customer and a product, and a target that speaks to it. */
import { webcrypto } from "node:crypto";
import type {
  ApplyContext,
  Outcome,
  PreparedCall,
  ProbeResult,
} from "../../src/connectors/kit/target.ts";
import type { TrytonSettings } from "../../src/connectors/tryton/settings.ts";
import { trytonSettingsSchema } from "../../src/connectors/tryton/settings.ts";
import type { TrytonTarget } from "../../src/connectors/tryton/target.ts";
import { trytonTarget } from "../../src/connectors/tryton/target.ts";
import type { Random } from "../../src/kernel/random.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import { systemClock } from "../support/system-clock.ts";
import type { Given } from "./netsuite-given.ts";
import {
  contextOf,
  customerData,
  invoiceData,
  paymentData,
  productData,
} from "./netsuite-given.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import type { Wire } from "./tryton-proxy.ts";
import { startProxy } from "./tryton-proxy.ts";

const random: Random = {
  bytes: (count) => webcrypto.getRandomValues(new Uint8Array(count)),
  unit: () => 0.5,
};

export interface Room {
  readonly ground: TrytonGround;
  readonly proxy: Wire;
  readonly settings: TrytonSettings;
  readonly target: TrytonTarget;
  /** Whoever works in Tryton by hand. */
  readonly person: TrytonRpc;
  /** The links of the customer and the product that documents name. */
  readonly masters: Readonly<Record<string, string>>;
  call(context: ApplyContext): PreparedCall;
  send(operation: string, call: PreparedCall): Promise<Outcome>;
  /** Prepares, sends and classifies. */
  apply(given: Given): Promise<Outcome>;
  /** The same, and the record's number; throws when it is not done. */
  post(given: Given): Promise<string>;
  probe(given: Given): Promise<ProbeResult>;
  invoice(id: string, over?: Partial<Given>): Given;
  payment(id: string, over?: Partial<Given>): Given;
  close(): Promise<void>;
}

export function settingsOf(
  ground: TrytonGround,
  baseUrl: string,
  numbers: "source" | "target",
): TrytonSettings {
  const { accounts, journals, currencies } = ground;
  return trytonSettingsSchema.parse({
    connection: "tryton",
    baseUrl,
    database: ground.access.database,
    account: "fin",
    credentials: { user: ground.access.user, password: ground.access.password },
    timeoutMs: 60_000,
    connections: 16,
    currencies,
    unit: ground.unit,
    entities: {
      us: {
        company: ground.company,
        companyCurrency: ground.companyCurrency,
        receivable: accounts.receivable,
        journals,
        clearingAccounts: {
          "stripe-us": Object.fromEntries(
            Object.keys(currencies).map((code) => [code, accounts.cash]),
          ),
        },
        revenueAccounts: { byProduct: {}, others: accounts.revenue },
        accountsByKind: { discount: accounts.revenue },
        taxes: { "jurisdiction:US-CA": { account: accounts.tax, description: "Sales tax" } },
        accounts: { revenue: accounts.revenue, cash: accounts.cash },
      },
    },
    observe: { owns: ["invoice"] },
    limits: { longestRunMs: 0, indexLagMs: 0 },
    policy: {
      numbers,
      archivedProducts: "inactivate",
      zeroDocuments: "post",
    },
  });
}

/** `tag`: what tells the references of rooms apart that share a server. */
export async function openTrytonRoom(
  ground: TrytonGround,
  numbers: "source" | "target",
  tag: string,
): Promise<Room> {
  const proxy = await startProxy(ground.access.url);
  const settings = settingsOf(ground, proxy.url, numbers);
  const target = trytonTarget(settings, { clock: systemClock, random });
  const call = (context: ApplyContext): PreparedCall => {
    const preparation = target.prepare(context);
    if (preparation.ok) return preparation.call;
    throw new Error(preparation.lack.message);
  };
  const send = async (operation: string, prepared: PreparedCall) =>
    target.classify(operation, await target.send(prepared));
  const apply = (given: Given) => send(given.operation, call(contextOf(given)));
  const post = async (given: Given) => {
    const outcome = await apply(given);
    if (outcome.class === "done") return outcome.externalId;
    throw new Error(JSON.stringify(outcome));
  };
  const customer = await post(customerGiven("cus_1", reference(`${tag}cus`)));
  const product = await post(productGiven("prod_1", reference(`${tag}prod`)));
  const masters = { "customer/cus_1": customer, "product/prod_1": product };
  return {
    ground,
    proxy,
    settings,
    target,
    person: ground.person,
    masters,
    call,
    send,
    apply,
    post,
    probe: (given) => target.probe(given.operation, given.reference, call(contextOf(given))),
    invoice: (id, over = {}) => ({
      operation: "invoice.post",
      type: "invoice.finalized",
      entity: "invoice",
      id,
      data: invoiceData(id, { number: `${tag}-${id}` }),
      reference: reference(`${tag}i${id}`),
      links: masters,
      ...over,
    }),
    payment: (id, over = {}) => ({
      operation: "payment.post",
      type: "payment.succeeded",
      entity: "payment",
      id,
      data: paymentData(id),
      reference: reference(`${tag}p${id}`),
      links: masters,
      ...over,
    }),
    async close() {
      await target.close?.();
      await proxy.close();
    },
  };
}

/** A reference of the right length out of a readable text. */
export function reference(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .padEnd(16, "x")
    .slice(0, 16);
}

export const customerGiven = (id: string, ref: string, over: Partial<Given> = {}): Given => ({
  operation: "customer.upsert",
  type: "customer.created",
  entity: "customer",
  id,
  data: customerData(id),
  reference: ref,
  ...over,
});

export const productGiven = (id: string, ref: string, over: Partial<Given> = {}): Given => ({
  operation: "item.upsert",
  type: "product.upserted",
  entity: "product",
  id,
  data: productData(id),
  reference: ref,
  ...over,
});
