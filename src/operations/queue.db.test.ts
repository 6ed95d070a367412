import { afterEach, beforeEach, expect, test } from "vitest";
import type { Answer, ApiRoom, Client } from "../../test/support/api-room.ts";
import { openApiRoom } from "../../test/support/api-room.ts";
import { customer, invoice } from "../../test/support/story-company.ts";

let room: ApiRoom;
let ada: Client;
let ben: Client;

beforeEach(async () => {
  room = await openApiRoom();
  await room.person("Ada Meyer", ["analyst"]);
  await room.person("Ben Roth", ["analyst"], "DE");
  await room.person("Cleo Sand", []);
  ada = await room.signIn("ada");
  ben = await room.signIn("ben");
});

afterEach(() => room.close());

async function refuse(id: string, legalEntity = "US"): Promise<void> {
  const { company } = room;
  await company.tell({ ...customer(id, 0), legalEntity });
  await company.work();
  company.server.mishaps.push("refused");
  await company.tell({ ...invoice(id, id, 5), legalEntity });
  await company.work();
}

interface Listed {
  readonly id: string;
  readonly assignee?: string;
  readonly snoozedUntil?: string;
}

async function cases(who: Client, query = ""): Promise<readonly Listed[]> {
  const answer = await who.ask(`/api/v1/cases?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body["cases"] as Listed[];
}

const act = (who: Client, what: string, body: object): Promise<Answer> =>
  who.ask(`/api/v1/exceptions/${what}`, { method: "POST", body });

test("given a case that one takes, then it is theirs, in the ledger, and in the audit log", async () => {
  await refuse("1");
  await refuse("2");
  const [first, second] = await cases(ada);
  expect(await act(ada, "assign", { id: first?.id })).toMatchObject({
    status: 200,
    body: { assignee: "Ada Meyer", changed: 1 },
  });
  expect(await cases(ada, "whose=mine")).toMatchObject([{ id: first?.id, assignee: "Ada Meyer" }]);
  expect(await cases(ada, "whose=unassigned")).toMatchObject([{ id: second?.id }]);
  const groups = await ada.ask("/api/v1/exceptions?whose=mine");
  expect(groups.body).toMatchObject({
    causes: [{ cases: 1, unassigned: 0, assignees: ["Ada Meyer"] }],
  });
  // Once more changes nothing, and is not told as if it had.
  expect((await act(ada, "assign", { id: first?.id })).body).toMatchObject({ changed: 0 });
  await act(ada, "assign", { id: first?.id, nobody: true });
  const { rows } = await room.company.pool.query(
    `select before ->> 'assignee' as was, after ->> 'assignee' as is from audit
     where operation = 'assign-exception' order by at`,
  );
  expect(rows).toEqual([
    { was: null, is: "Ada Meyer" },
    { was: "Ada Meyer", is: null },
  ]);
});

test("given a whole cause, then it is given away at once, to who may see it and nobody else", async () => {
  await refuse("1");
  await refuse("2");
  const { body } = await ada.ask("/api/v1/exceptions");
  const [{ cause = "" } = {}] = body["causes"] as { cause?: string }[];
  expect((await act(ada, "assign", { cause })).body).toMatchObject({ changed: 2 });
  expect(await act(ada, "assign", { cause, to: "ben" })).toMatchObject({
    status: 400,
    body: { code: "E_OPERATIONS_ASSIGNEE" },
  });
  expect((await act(ada, "assign", { cause, to: "Cleo Sand" })).status).toBe(400);
  expect((await act(ada, "assign", { cause, to: "nobody at all" })).status).toBe(404);
  expect(await cases(ada, "whose=mine")).toHaveLength(2);
  const { body: people } = await ada.ask("/api/v1/assignees");
  expect(people).toEqual({ people: ["Ada Meyer", "Ben Roth"] });
  expect((await act(ada, "assign", {})).status).toBe(400);
});

test("given somebody of another legal entity, then a case is neither taken nor put off", async () => {
  await refuse("1");
  const [one] = await cases(ada);
  expect((await act(ben, "assign", { id: one?.id })).status).toBe(404);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect((await act(ben, "snooze", { id: one?.id, until, reason: "later" })).status).toBe(404);
  expect(await cases(ada, "whose=unassigned&snoozed=without")).toHaveLength(1);
});

test("given a case that is put off, then it is out of sight, counted, and back when it is time", async () => {
  await refuse("1");
  const [one] = await cases(ada);
  const until = new Date(Date.now() + 2000).toISOString();
  const reason = "the customer answers on Monday";
  expect((await act(ada, "snooze", { id: one?.id, until, reason })).status).toBe(200);
  expect(await cases(ada, "snoozed=without")).toEqual([]);
  expect(await cases(ada, "snoozed=only")).toMatchObject([
    { id: one?.id, snoozedUntil: expect.any(String), snoozeReason: reason },
  ]);
  const all = await ada.ask("/api/v1/exceptions");
  expect(all.body).toMatchObject({ causes: [{ cases: 1, snoozed: 1 }] });
  await new Promise((resolve) => setTimeout(resolve, Date.parse(until) - Date.now() + 100));
  expect(await cases(ada, "snoozed=without")).toMatchObject([{ id: one?.id }]);
  expect(await cases(ada, "snoozed=only")).toEqual([]);
});

test("given a day too far or over, or no reason, then nothing is put off; waking brings it back", async () => {
  await refuse("1");
  const [one] = await cases(ada);
  const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const snooze = (until: string, reason: string) =>
    act(ada, "snooze", { id: one?.id, until, reason });
  expect((await snooze(at(-1), "too late")).status).toBe(400);
  expect((await snooze(at(93), "too far")).status).toBe(400);
  expect((await snooze(at(2), "  ")).status).toBe(400);
  expect((await snooze(at(2), "a reason")).status).toBe(200);
  expect((await act(ada, "wake", { id: one?.id })).body).toEqual({ changed: 1 });
  expect(await cases(ada, "snoozed=without")).toHaveLength(1);
  const { rows } = await room.company.pool.query(
    "select operation, reason from audit where operation like '%exception' order by at",
  );
  expect(rows).toEqual([
    { operation: "snooze-exception", reason: "a reason" },
    { operation: "wake-exception", reason: null },
  ]);
});

test("given many cases, then pages follow each other and new ones come last", async () => {
  for (const id of ["1", "2", "3"]) await refuse(id);
  const first = await ada.ask("/api/v1/cases?limit=2");
  const rows = first.body["cases"] as Listed[];
  expect(rows).toHaveLength(2);
  await refuse("4");
  const second = await ada.ask(`/api/v1/cases?limit=2&after=${String(first.body["next"])}`);
  const more = second.body["cases"] as Listed[];
  expect(more).toHaveLength(2);
  expect(new Set([...rows, ...more].map(({ id }) => id)).size).toBe(4);
});

test("given nobody who was proved, then there is no queue of one's own", async () => {
  const { runOperation } = await import("./operation.ts");
  const { operations } = await import("./all-operations.ts");
  const { context } = room.company;
  await expect(runOperation(operations.listCases, context, { whose: "mine" })).rejects.toThrow(
    /nobody is signed in/,
  );
});

test("given a document that nobody of ours made, then who may for all entities sees its case", async () => {
  await room.company.pool.query(
    `insert into exception_case (id, kind, cause, code, title, message, target, document, drift)
     values (gen_random_uuid(), 'drift', 'c', 'E_DRIFT', 'Added', 'by Bo', 'plain', 'invoice 9', 'd')`,
  );
  expect(await cases(ada)).toHaveLength(1);
  expect(await cases(ben)).toHaveLength(0);
});
