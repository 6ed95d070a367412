/** A hub room whose books are watched, and what its tests do and ask again and again. */
import type { Actor } from "../../src/access/roles.ts";
import { netSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import { operations } from "../../src/operations/all-operations.ts";
import type { ShownLook } from "../../src/operations/observe-target.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { DEMO_ACCOUNT, DEMO_CREDENTIALS } from "../../src/sandbox/netsuite/sandbox.ts";
import type { StoredRecord } from "../../src/sandbox/netsuite/types.ts";
import { settingsFor } from "../connectors/netsuite-given.ts";
import type { HubRoom } from "./hub-room.ts";
import { openHubRoom, ROOM_MASTER_KEY, SANDBOX_OBSERVE } from "./hub-room.ts";
import { testKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";
import { systemRandom } from "./system-random.ts";

export interface ShownDrift {
  readonly id: string;
  readonly code: string;
  readonly message: string;
  readonly document: string;
  readonly handoff_id: string | null;
  readonly resolution: string | null;
}

export interface DriftRoom extends HubRoom {
  /** Ada's, at the command line. */
  readonly context: OperationContext;
  /** One look at the books; throws unless it was done. */
  observe(): Promise<ShownLook>;
  /** Bills the given seats at 50.00; returns the invoice's number. */
  bill(seats: number): string;
  /** An open invoice, as it stands in the books. */
  billed(seats: number): Promise<StoredRecord>;
  cases(state?: "open" | "resolved"): Promise<ShownDrift[]>;
  /** Ada and Bob accept the one open case. */
  accept(): Promise<unknown>;
  /** What the last look thought of the document of that number. */
  verdictOf(number: string): Promise<string | undefined>;
  /** Leaves the cases of a test that failed to nobody. */
  sweepUp(): Promise<void>;
}

export async function openDriftRoom(): Promise<DriftRoom> {
  const room = await openHubRoom();
  const { pool } = room.hub;
  const keyring = testKeyring(room.database.url, ROOM_MASTER_KEY);
  const books = settingsFor(room.netsuite.url, DEMO_ACCOUNT, DEMO_CREDENTIALS);
  const settings = { ...books, observe: SANDBOX_OBSERVE };
  const target = netSuiteTarget(settings, { clock: systemClock, random: systemRandom });
  const context: OperationContext = {
    ...{ pool, keyring, clock: systemClock, random: systemRandom, hasher: systemHasher },
    actor: { name: "Ada", roles: ["controller", "engineer"] },
    version: "0.0.0",
    targets: new Map([["netsuite", target]]),
    sources: new Map(),
    release: async () => undefined,
  };
  const own = { context, ...billing(room), ...asking(room, context) };
  const close = async () => {
    await target.close?.();
    await keyring.close();
    await room.close();
  };
  return { ...room, ...own, close };
}

function billing(room: HubRoom): Pick<DriftRoom, "bill" | "billed"> {
  const bill = (seats: number): string => {
    const { world } = room.stripe;
    const customer = world.createCustomer({ name: "Ada GmbH", email: "ada@example.com" });
    const product = world.createProduct({ name: "Seat" });
    const price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 5000 });
    const invoice = world.createInvoice({ customer: customer.id, currency: "usd" });
    const item = { customer: customer.id, invoice: invoice.id, quantity: seats };
    world.createInvoiceItem({ ...item, pricing: { price: price.id } });
    return world.finalizeInvoice({ invoice: invoice.id }).number ?? "";
  };
  const billed = async (seats: number): Promise<StoredRecord> => {
    const number = bill(seats);
    await room.stripe.sender.idle();
    await room.settled();
    const found = room.netsuite.world.list("invoice").find((one) => one.body["tranId"] === number);
    if (found === undefined) throw new Error(`${number} is not in the books`);
    return found;
  };
  return { bill, billed };
}

type Asking = Pick<DriftRoom, "accept" | "cases" | "observe" | "sweepUp" | "verdictOf">;

function asking(room: HubRoom, context: OperationContext): Asking {
  const { pool } = room.hub;
  const cases = async (state = "open") => {
    const { rows } = await pool.query<ShownDrift>(
      `select id, code, message, document, handoff_id, resolution from exception_case
       where kind = 'drift' and state = $1 order by opened_at, id`,
      [state],
    );
    return rows;
  };
  return {
    cases,
    async observe() {
      const asked = { target: "netsuite" };
      const [look] = (await runOperation(operations.observeTarget, context, asked)).looks;
      if (look === undefined || !look.done) throw new Error(look?.why ?? "no look");
      return look;
    },
    async accept() {
      const [one, ...others] = await cases();
      if (one === undefined || others.length > 0) throw new Error("not one open case");
      const why = { reasonCode: "corrected-in-target", note: "booked so on purpose" };
      const as = async (name: string) => ({ ...context, actor: await proved(room, name) });
      const [ada, bob] = [await as("Ada"), await as("Bob")];
      const asked = { id: one.id, ...why, yes: true };
      const { proposal } = await runOperation(operations.acceptDifference, ada, asked);
      const { proposals } = await runOperation(operations.listProposals, bob, {});
      const contentHash = proposals.find(({ id }) => id === proposal)?.contentHash;
      return runOperation(operations.approveProposal, bob, { id: proposal, contentHash });
    },
    async verdictOf(number) {
      const asked = "select verdict from observation where number = $1";
      return (await pool.query<{ verdict: string }>(asked, [number])).rows[0]?.verdict;
    },
    async sweepUp() {
      await pool.query("update observation set accepted = drift where drift is not null");
      await pool.query(
        "update exception_case set state = 'resolved' where kind = 'drift' and state = 'open'",
      );
    },
  };
}

/** Somebody whom a session proved. */
async function proved({ hub: { pool } }: HubRoom, name: string): Promise<Actor> {
  const result = await pool.query<{ id: string }>(
    `insert into person (id, name) values (gen_random_uuid(), $1)
     on conflict (name) do update set name = excluded.name returning id`,
    [name],
  );
  const person = result.rows[0]?.id ?? "";
  return { name, roles: ["controller"], proof: { person, account: name, means: "session" } };
}
