/**
 * The permission table against the served API: every route, every role, held for one legal entity
 * or for all, on an object of one's own entity, of another, and of none.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, ApiRoom, Ask, Client } from "../../../test/support/api-room.ts";
import { openApiRoom } from "../../../test/support/api-room.ts";
import { customer, invoice } from "../../../test/support/story-company.ts";
import type { Role } from "../../access/roles.ts";
import { personalRoles, reachOf, rolesWith } from "../../access/roles.ts";
import type { Operations } from "../../operations/all-operations.ts";
import { operations } from "../../operations/all-operations.ts";
import { runOperation } from "../../operations/operation.ts";
import { routes } from "../../operations/routes.ts";
import { routedOperations } from "./operation-routes.ts";

type Place = "US" | "DE" | "none";
const places: readonly Place[] = ["US", "DE", "none"];

interface Thing {
  readonly object: string;
  readonly event: string;
  readonly handoff: string;
  readonly exception: string;
  readonly proposal: string;
  readonly decided: string;
  /** So many handoffs of this place are excepted; sums tell which places were counted. */
  readonly weight: number;
}

interface Probe {
  ask(thing: Thing): { readonly path?: string; readonly query?: string; readonly body?: unknown };
  /** Whether the answer shows, or acts on, the thing. Not asked of what concerns the whole. */
  sees?(answer: Answer, thing: Thing): boolean;
}

const found = (answer: Answer): boolean => answer.status === 200;
const listed =
  (field: "event" | "handoff" | "exception" | "proposal" | "object") =>
  (answer: Answer, thing: Thing): boolean =>
    answer.text.includes(thing[field]);
const later = "2030-01-01T00:00:00Z";
const soon = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** One line per operation; an operation without one does not compile. */
const probes: Readonly<Record<keyof Operations, Probe>> = {
  findStory: { ask: ({ object }) => ({ path: object }), sees: listed("event") },
  search: {
    ask: ({ object }) => ({ query: `q=${encodeURIComponent(object)}` }),
    // The answer repeats what was asked for; what is found stands behind it.
    sees: ({ body }, { object }) => JSON.stringify(body["finds"] ?? []).includes(object),
  },
  showOverview: { ask: () => ({}), sees: counted("flows", "objects") },
  listEvents: { ask: () => ({ query: "limit=1000" }), sees: listed("event") },
  showEvent: { ask: ({ event }) => ({ path: event }), sees: listed("object") },
  listHandoffs: { ask: () => ({ query: "limit=1000" }), sees: listed("handoff") },
  showHandoff: { ask: ({ handoff }) => ({ path: handoff }), sees: listed("object") },
  listCases: { ask: () => ({ query: "limit=1000" }), sees: listed("exception") },
  listExceptions: { ask: () => ({}), sees: counted("causes", "cases") },
  showException: { ask: ({ exception }) => ({ path: exception }), sees: listed("object") },
  retryException: { ask: ({ exception }) => ({ body: { id: exception } }), sees: found },
  listAssignees: { ask: () => ({}) },
  assignException: {
    ask: ({ exception }) => ({ body: { id: exception, nobody: true } }),
    sees: found,
  },
  snoozeException: {
    ask: ({ exception }) => ({ body: { id: exception, until: soon(), reason: "for the test" } }),
    sees: found,
  },
  wakeException: { ask: ({ exception }) => ({ body: { id: exception } }), sees: found },
  showReferences: { ask: ({ exception }) => ({ path: exception }) },
  repairReference: {
    ask: ({ exception }) => ({ path: exception, body: { object: "shop/product/p1", to: "1" } }),
  },
  excludeException: {
    ask: ({ exception }) => ({ path: exception, body: { reasonCode: "other", expiresAt: later } }),
    sees: listed("object"),
  },
  acceptDifference: {
    ask: ({ exception }) => ({ path: exception, body: { reasonCode: "other" } }),
  },
  observeTarget: { ask: () => ({ body: { target: "nothing" } }) },
  exportEvidence: { ask: () => ({ body: { out: "/nowhere/evidence" } }) },
  showRoot: { ask: () => ({}) },
  trialBalance: {
    ask: () => ({}),
    sees: ({ body }, { weight }) => (Number(body["entries"]) & weight) !== 0,
  },
  listProposals: { ask: () => ({}), sees: listed("proposal") },
  approveProposal: {
    // A wrong hash: whoever may see it is told that it changed, the others that it is unknown.
    ask: ({ proposal }) => ({ path: proposal, body: { contentHash: "0".repeat(64) } }),
    sees: (answer) => answer.status === 409,
  },
  rejectProposal: {
    // One that is decided: whoever may see it is told so, the others that it is unknown.
    ask: ({ decided }) => ({ path: decided, body: { reason: "no" } }),
    sees: (answer) => answer.status === 409,
  },
  expireExclusions: { ask: () => ({ body: {} }) },
  listConnections: { ask: () => ({}), sees: queued },
  listDeadLetters: { ask: () => ({}), sees: (answer) => answer.text.includes("E_CONTRACT_SHAPE") },
  verifyInvariants: { ask: () => ({ query: "only=Order" }) },
  planRetention: { ask: () => ({}) },
  runRetention: { ask: () => ({ body: { planHash: "nothing" } }) },
  exportParty: { ask: () => ({ body: { party: "no/customer/1", out: "/nowhere/party" } }) },
  eraseParty: { ask: () => ({ body: { party: "no/customer/1" } }) },
  rotateKeys: { ask: () => ({ body: {} }) },
  doctor: { ask: () => ({}) },
  // For whoever may, the one has no reason given, and the other finds sending on already.
  resumeSending: { ask: () => ({ body: {} }) },
  stopSending: { ask: () => ({ body: {} }) },
  addUser: { ask: () => ({ body: { name: "Nobody New", login: "analystus" } }) },
  listUsers: { ask: () => ({}) },
  resetPassword: { ask: () => ({ path: "nobody", body: {} }) },
  disableUser: { ask: () => ({ path: "nobody", body: {} }) },
  grantRole: { ask: () => ({ path: "nobody", body: { role: "analyst" } }) },
  revokeRole: { ask: () => ({ path: "nobody", body: { role: "analyst" } }) },
  createToken: { ask: () => ({ body: { name: "x", permissions: [] } }) },
  listTokens: { ask: () => ({}) },
  revokeToken: { ask: () => ({ path: `tok_${"0".repeat(32)}`, body: {} }) },
};

function counted(list: string, field: string) {
  return ({ body }: Answer, { weight }: Thing): boolean => {
    const rows = (body[list] ?? []) as Readonly<Record<string, unknown>>[];
    const ours = rows.filter((row) => row["kind"] === "handoff" || row["state"] === "excepted");
    return (ours.reduce((sum, row) => sum + Number(row[field]), 0) & weight) !== 0;
  };
}

function queued({ body }: Answer, { weight }: Thing): boolean {
  const targets = (body["targets"] ?? []) as { queues: { state: string; handoffs: number }[] }[];
  const excepted = targets.flatMap((one) => one.queues).filter((one) => one.state === "excepted");
  return (excepted.reduce((sum, one) => sum + one.handoffs, 0) & weight) !== 0;
}

let room: ApiRoom;
const things = new Map<Place, Thing>();
const clients = new Map<string, Client>();
const loginOf = (role: Role, entity: string | undefined) =>
  `${role}${entity ?? "all"}`.toLowerCase();

beforeAll(async () => {
  room = await openApiRoom();
  const { company } = room;
  for (const [place, weight] of [
    ["US", 1],
    ["DE", 2],
    ["none", 4],
  ] as const) {
    await tellRefused(place, weight);
  }
  await company.tell({ ...customer("dead", 0), data: {} });
  const { pool, context } = company;
  const author = await room.person("Author Person", []);
  const proof = { person: author, account: "author", means: "session" as const };
  const actor = { name: "Author Person", roles: ["controller" as const], proof };
  for (const [index, place] of places.entries()) {
    const rows = await pool.query<{ id: string; event: string; exception: string }>(
      `select 'hof_' || replace(h.id::text, '-', '') as id,
         'evt_' || replace(h.event_id::text, '-', '') as event,
         'exc_' || replace(x.id::text, '-', '') as exception
       from handoff h join exception_case x on x.handoff_id = h.id
       where coalesce(h.legal_entity, 'none') = $1 order by h.id limit 1`,
      [place],
    );
    const { id: handoff = "", event = "", exception = "" } = rows.rows[0] ?? {};
    const asked = { id: exception, reasonCode: "other", expiresAt: later, yes: true };
    const propose = () => runOperation(operations.excludeException, { ...context, actor }, asked);
    // The second takes the place of the first.
    const { proposal: decided = "" } = await propose();
    const { proposal = "", content } = await propose();
    const { object } = content;
    const weight = 2 ** index;
    things.set(place, { object, event, handoff, exception, proposal, decided, weight });
  }
  for (const role of personalRoles) {
    for (const entity of ["US", undefined]) {
      await room.person(`${loginOf(role, entity)} x`, [role], entity);
      clients.set(loginOf(role, entity), await room.signIn(loginOf(role, entity)));
    }
  }
  await room.person("norole x", []);
  clients.set("norole", await room.signIn("norole"));
});

async function tellRefused(place: Place, count: number): Promise<void> {
  const { company } = room;
  const legalEntity = place === "none" ? undefined : place;
  for (let index = 0; index < count; index += 1) {
    const id = `${place}${index}`.toLowerCase();
    const { legalEntity: _, ...draft } = customer(id, 0);
    company.server.mishaps.push("refused");
    await company.tell(legalEntity === undefined ? draft : { ...draft, legalEntity });
    await company.work();
    // Posts, and waits in the target for a customer whom nobody told of.
    const { legalEntity: __, ...billed } = invoice(id, "nobody", 1);
    await company.tell(legalEntity === undefined ? billed : { ...billed, legalEntity });
  }
}

afterAll(() => room.close());

function request(name: keyof Operations, thing: Thing): { path: string; ask: Ask } {
  const { method, path } = routes[name];
  const { path: place = "", query, body } = probes[name].ask(thing);
  const filled = path.replace(/\{\w+\}/, encodeURIComponent(place));
  const address = `/api/v1${filled}${query === undefined ? "" : `?${query}`}`;
  return { path: address, ask: { method, ...(body === undefined ? {} : { body }) } };
}

/** What the table says, spelled out a second time on purpose. */
function expected(
  name: keyof Operations,
  role: Role,
  everywhere: boolean,
  place: Place,
): "refused" | "seen" | "unseen" | "allowed" {
  const { permission } = operations[name];
  if (!rolesWith(permission).includes(role)) return "refused";
  const reach = reachOf(permission);
  if (reach === "whole") return everywhere ? "allowed" : "refused";
  if (reach === "self" || name === "listAssignees") return "allowed";
  if (place === "none" || name === "listDeadLetters") {
    return everywhere && (role === "engineer" || role === "admin") ? "seen" : "unseen";
  }
  return everywhere || place === "US" ? "seen" : "unseen";
}

function outcome(name: keyof Operations, answer: Answer, thing: Thing): string {
  if (answer.status === 403) return "refused";
  if (answer.status >= 500 || answer.status === 401) return `failed: ${answer.text}`;
  const { sees } = probes[name];
  if (sees === undefined || reachOf(operations[name].permission) !== "rows") return "allowed";
  return sees(answer, thing) ? "seen" : "unseen";
}

describe("every route × every role × own, other and no legal entity", () => {
  test("given the lists of operations, routes and probes, then none is missing", () => {
    const names = Object.keys(operations).sort();
    expect(Object.keys(routes).sort()).toEqual(names);
    expect(Object.keys(probes).sort()).toEqual(names);
    expect(routedOperations()).toHaveLength(names.length);
    for (const place of places) expect(things.get(place)?.proposal).toMatch(/^pro_/);
  });

  test.each(Object.keys(operations) as (keyof Operations)[])("%s", async (name) => {
    const cases = personalRoles.flatMap((role) =>
      ["US", undefined].flatMap((entity) => places.map((place) => ({ role, entity, place }))),
    );
    const lines = cases.map(async ({ role, entity, place }) => {
      const thing = things.get(place) as Thing;
      const { path, ask } = request(name, thing);
      const answer = await (clients.get(loginOf(role, entity)) as Client).ask(path, ask);
      const line = `${role} of ${entity ?? "all"} on ${place}`;
      return `${line}: ${outcome(name, answer, thing)}`;
    });
    const wanted = cases.map(({ role, entity, place }) => {
      const line = `${role} of ${entity ?? "all"} on ${place}`;
      return `${line}: ${expected(name, role, entity === undefined, place)}`;
    });
    expect(await Promise.all(lines)).toEqual(wanted);
    const { path, ask } = request(name, things.get("US") as Thing);
    expect((await clients.get("norole")?.ask(path, ask))?.status).toBe(403);
    expect((await room.ask(path, ask)).status).toBe(401);
  });

  test("given a role for one entity, then its act on another changes nothing there", async () => {
    const { exception, handoff } = things.get("DE") as Thing;
    const before = await room.company.pool.query("select * from handoff order by id");
    const ask = (body: object) =>
      clients.get("controllerus")?.ask("/api/v1/exceptions/retry", { method: "POST", body });
    expect((await ask({ id: exception, yes: true }))?.status).toBe(404);
    const cause = await room.company.pool.query("select cause from exception_case limit 1");
    const all = await ask({ cause: cause.rows[0].cause, yes: true });
    expect(all?.text).not.toContain(handoff);
    const after = await room.company.pool.query("select * from handoff order by id");
    const moved = after.rows.filter((row, index) => row.state !== before.rows[index].state);
    expect(moved.map((row) => row.legal_entity)).toEqual(["US"]);
  });

  test("given a live list, then it asks for the same permission", async () => {
    const controller = new AbortController();
    const live = (login: string, of: string) =>
      fetch(`${room.url}/api/v1/live?of=${of}`, {
        headers: { cookie: clients.get(login)?.cookie ?? "" },
        signal: controller.signal,
      });
    expect((await live("supportall", "connections")).status).toBe(403);
    expect((await live("supportall", "handoffs,nonsense")).status).toBe(400);
    expect((await live("norole", "handoffs")).status).toBe(403);
    const stream = await live("supportall", "exceptions");
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const reader = stream.body?.getReader();
    const told = async (): Promise<string> =>
      new TextDecoder().decode((await reader?.read())?.value ?? new Uint8Array());
    expect(await told()).toContain("event: open");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await room.company.pool.query("update exception_case set state = 'resolved'");
    expect(await told()).toContain('{"of":"exceptions"}');
    controller.abort();
  });
});
