/**
 * What the real server says when it refuses, word for word: the connector's classifier stands on
 * these texts. Where another version says otherwise, a test here is the first to know.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { systemRandom } from "../../../test/support/system-random.ts";
import type { TrytonRoom } from "../../../test/support/tryton-room.ts";
import { trytonWithCompany } from "../../../test/support/tryton-room.ts";
import type { Customer } from "./documents.ts";
import {
  cancelInvoice,
  closePeriod,
  createCustomer,
  draftEntry,
  draftInvoice,
  postEntry,
  postInvoice,
  reopenPeriod,
} from "./documents.ts";
import { listEntries, listInvoices } from "./inspect.ts";
import type { TrytonAnswer, TrytonRefusal } from "./rpc.ts";
import { confirmWarning, demand, openTryton } from "./rpc.ts";
import { addAccountant } from "./users.ts";

let room: TrytonRoom;
let customer: Customer;
beforeAll(async () => {
  room = await trytonWithCompany();
  customer = await createCustomer(room.rpc, "Globex GmbH", { code: "CUS-0001" });
});
afterAll(() => room?.server.destroy());

function refusalOf(answer: TrytonAnswer<unknown>): TrytonRefusal {
  if (answer.ok) throw new Error("the server took it");
  return answer.refusal;
}

const draft = (reference: string, date: string, by: Partial<{ customer: Customer }> = {}) =>
  draftInvoice(room.rpc, room.seeded, {
    customer: by.customer ?? customer,
    reference,
    date,
    amount: "10.00",
    account: "4800",
  });
const post = async (reference: string, date: string) => {
  const id = await draft(reference, date);
  return { id, answer: await postInvoice(room.rpc, id) };
};
const entry = (date: string, debit: string, credit: string) =>
  draftEntry(room.rpc, room.seeded, {
    date,
    debit: { account: "4800", amount: debit },
    credit: { account: "4000", amount: credit },
  });

describe("signing in", () => {
  test("given a wrong password or a dead session, then HTTP 401", async () => {
    const wrong = openTryton({ ...room.server.access, user: "nobody", password: "wrong" });
    await expect(wrong).rejects.toMatchObject({ details: { status: 401 } });
    const { url, database } = room.server.access;
    const headers = {
      "content-type": "application/json",
      authorization: `Session ${Buffer.from("admin:1:nope").toString("base64")}`,
    };
    const method = "model.res.user.get_preferences";
    const body = JSON.stringify({ id: 1, method, params: [true, {}] });
    const answer = await fetch(`${url}/${database}/`, { method: "POST", headers, body });
    expect([answer.status, await answer.text()]).toEqual([401, ""]);
  });

  test("given too many failures, then HTTP 429, also for the right password", async () => {
    const login = "limited";
    const access = await addAccountant(
      ...([room.rpc, room.server.access, room.seeded.company, login, systemRandom] as const),
    );
    const wrong = { ...access, password: "wrong" };
    // At the same time, for each further failure makes the server wait longer before the next.
    const status = (thrown: unknown) => (thrown as { details: { status: number } }).details.status;
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () => openTryton(wrong).then(() => 200, status)),
    );
    expect(new Set(statuses).has(200)).toBe(false);
    expect(await openTryton(access).then(() => 200, status)).toBe(429);
  });
});

test("given a password of few different characters, then it is refused", async () => {
  const user = { name: "weak", login: "weak", password: "abababababababab" };
  const create = await room.rpc.attempt("model.res.user.create", [[user]]);
  expect(refusalOf(create).text).toBe("The same characters appear in the password too many times.");
});

describe("entries", () => {
  test("given debits that are not the credits, then posting is refused", async () => {
    const [id] = demand("create", await entry("2026-05-10", "25.00", "24.00"));
    const { name, text, status } = refusalOf(await postEntry(room.rpc, id as number));
    expect([status, name]).toEqual([200, "UserError"]);
    expect(text).toMatch(
      /^To post move "\d+", you must balance all its lines debits and credits\.$/,
    );
  });

  test("given a closed period, then an entry cannot even be drafted; reopened it can", async () => {
    await closePeriod(room.rpc, room.seeded.company, "2025-02");
    expect(refusalOf(await entry("2025-02-10", "5.00", "5.00"))).toEqual({
      status: 200,
      name: "UserError",
      text: 'You cannot create a journal-period in closed period "2025-02".',
    });
    await reopenPeriod(room.rpc, room.seeded.company, "2025-02");
    expect((await entry("2025-02-10", "5.00", "5.00")).ok).toBe(true);
  });
});

describe("invoices", () => {
  test("given a closed period or no fiscal year, then the text is the same", async () => {
    await closePeriod(room.rpc, room.seeded.company, "2025-01");
    const closed = refusalOf((await post("in_closed", "2025-01-10")).answer);
    const never = refusalOf((await post("in_2019", "2019-01-10")).answer);
    const text = (day: string) => `To continue, you must create a period for the date "${day}".`;
    expect(closed).toEqual({ status: 200, name: "UserError", text: text("01/10/2025") });
    expect(never).toEqual({ status: 200, name: "UserError", text: text("01/10/2019") });
  });

  test("given a reference that is taken, then the server takes it again", async () => {
    const first = await post("in_twice", "2026-06-01");
    const second = await post("in_twice", "2026-06-01");
    expect([first.answer.ok, second.answer.ok]).toEqual([true, true]);
    const found = await listInvoices(room.rpc, room.seeded.company);
    const twice = found.filter((one) => one.reference === "in_twice");
    expect(twice.map((one) => one.state)).toEqual(["posted", "posted"]);
  });

  test("given a later one is numbered, then an earlier date is refused in an open period", async () => {
    expect((await post("in_late", "2027-08-20")).answer.ok).toBe(true);
    const { name, text } = refusalOf((await post("in_early", "2027-08-10")).answer);
    expect(name).toBe("UserError");
    expect(text).toBe(
      'To number the invoice "[in_early]", you must set an accounting date after "08/10/2027" ' +
        'because the sequence "2027" has already been used for invoice "1 [in_late]".',
    );
    // What was refused kept no number: the next one has no gap before it.
    const next = await post("in_next", "2027-08-20");
    const row = (await listInvoices(room.rpc, room.seeded.company)).find(
      (one) => one.id === next.id,
    );
    expect(row?.number).toBe("2");
  });

  test("given it is posted, then it cannot be edited, and can be cancelled by hand", async () => {
    const { id, answer } = await post("in_edit", "2026-06-03");
    expect(answer.ok).toBe(true);
    const write = await room.rpc.attempt("model.account.invoice.write", [[id], { comment: "x" }]);
    const { name, text } = refusalOf(write);
    expect(name).toBe("UserError");
    expect(text).toMatch(
      /^You cannot modify invoice "\d+ \[in_edit\]" because it is posted, paid or cancelled\.$/,
    );
    await cancelInvoice(room.rpc, id);
    const reverse = (await listEntries(room.rpc, room.seeded.company)).at(-1);
    expect(
      reverse?.lines.map((one) => [one.account, Number(one.debit), Number(one.credit)]),
    ).toEqual([
      ["1200", -10, 0],
      ["4800", 0, -10],
    ]);
    const row = (await listInvoices(room.rpc, room.seeded.company)).find((one) => one.id === id);
    expect(row).toMatchObject({ state: "cancelled", changedBy: "admin" });
  });

  test("given it is due before today, then a warning stands in the way until somebody says yes", async () => {
    const id = await draft("in_past", "2025-03-10");
    const post = () => room.rpc.attempt("model.account.invoice.post", [[id]]);
    const { name, text, warning } = refusalOf(await post());
    expect([name, warning]).toEqual(["UserWarning", `invoice_payment_term_${id}`]);
    expect(text).toMatch(/in the past/);
    expect(refusalOf(await post()).warning).toBe(warning);
    await confirmWarning(room.rpc, String(warning));
    expect((await post()).ok).toBe(true);
  });

  test("given a field is missing, then the server names it", async () => {
    const create = await room.rpc.attempt("model.account.invoice.create", [[{ type: "out" }]]);
    const { name, text } = refusalOf(create);
    expect(name).toBe("UserError");
    expect(text).toMatch(/^A value is required for field ".+" in "Invoice"\.$/);
  });

  test("given a line on a liability, then the account is refused: revenue types only", async () => {
    const line = { customer, reference: "in_deferred", date: "2026-06-05", amount: "10.00" };
    const create = draftInvoice(room.rpc, room.seeded, { ...line, account: "2400" });
    await expect(create).rejects.toThrow(
      'The value for field "Account" in "Invoice Line" is not valid according to its domain.',
    );
  });

  test("given an inactive customer, then the server posts without complaint", async () => {
    const dead = await createCustomer(room.rpc, "Dead Co", { active: false });
    const id = await draft("in_dead", "2026-06-04", { customer: dead });
    expect((await postInvoice(room.rpc, id)).ok).toBe(true);
  });
});

describe("parties", () => {
  test("given a code that is taken, then it must be unique", async () => {
    const again = [[{ name: "Dup", code: "CUS-0001" }]];
    const answer = await room.rpc.attempt("model.party.party.create", again);
    expect(refusalOf(answer)).toEqual({
      status: 200,
      name: "UserError",
      text: "The code on party must be unique.",
    });
  });

  test("given somebody else was faster, then an optimistic lock refuses", async () => {
    const read = ["model.party.party.read", [customer.party], ["_timestamp"]] as const;
    const [row] = await room.rpc.call<{ _timestamp: string }[]>(...read);
    const old = String(Number(row?._timestamp) - 1);
    const write = [[customer.party], { name: "Globex 2" }];
    const more = { _timestamp: { [`party.party,${customer.party}`]: old } };
    const answer = await room.rpc.attempt("model.party.party.write", write, more);
    expect(refusalOf(answer)).toEqual({
      status: 200,
      name: "ConcurrencyException",
      text: "Records were modified in the meanwhile",
    });
  });
});

describe("twelve at once", () => {
  const postAtOnce = async (label: string, date: string) => {
    const ids: number[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await draft(`${label}_${n}`, date));
    const answers = await Promise.all(ids.map((id) => postInvoice(room.rpc, id)));
    return { ids, refusals: answers.flatMap((one) => (one.ok ? [] : [one.refusal])) };
  };
  const numbersOf = async (ids: readonly number[]) => {
    const rows = await listInvoices(room.rpc, room.seeded.company);
    const mine = rows.filter((one) => ids.includes(one.id) && one.number !== null);
    return mine.map((one) => Number(one.number)).sort((a, b) => a - b);
  };
  const onPostgres = inject("tryton").database.kind === "postgres";

  test.runIf(onPostgres)(
    "given PostgreSQL, then most are refused and no number is lost",
    async () => {
      const { ids, refusals } = await postAtOnce("in_at_once", "2026-12-20");
      expect(refusals.length).toBeGreaterThan(0);
      // No name: nothing in the server caught it. It has tried five times by then.
      const known = [
        '200  could not obtain lock on row in relation "ir_sequence_strict"\n',
        "200  could not serialize access due to concurrent update\n",
      ];
      const texts = new Set(refusals.map((one) => `${one.status} ${one.name} ${one.text}`));
      expect([...texts].filter((text) => !known.includes(text))).toEqual([]);
      expect(await numbersOf(ids)).toHaveLength(12 - refusals.length);
      // Those that were refused go one after the other; what is posted already is left alone.
      for (const id of ids) expect(await postInvoice(room.rpc, id)).toMatchObject({ ok: true });
      const numbers = await numbersOf(ids);
      expect(numbers).toEqual(Array.from({ length: 12 }, (_, n) => (numbers[0] ?? 0) + n));
    },
  );

  test.runIf(!onPostgres)("given SQLite, then all are taken and numbers repeat", async () => {
    const { ids, refusals } = await postAtOnce("in_at_once", "2026-12-20");
    expect(refusals).toEqual([]);
    // Nothing locks the sequence there: several invoices get one number, none complains. Whoever
    // posts must not post two at a time (`serialBy`).
    const numbers = await numbersOf(ids);
    expect(numbers).toHaveLength(12);
    expect(new Set(numbers).size).toBeLessThan(12);
  });
});
