/** Real answers of a live Tryton, and what they mean to us. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "../../src/connectors/kit/target.ts";
import { classifyAnswer } from "../../src/connectors/tryton/classify.ts";
import { withStep } from "../../src/connectors/tryton/script.ts";
import type { TrytonSession } from "../../src/connectors/tryton/session.ts";
import { trytonSession } from "../../src/connectors/tryton/session.ts";
import type { TrytonSettings } from "../../src/connectors/tryton/settings.ts";
import { wireDate, wireDecimal } from "../../src/connectors/tryton/wire.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import { settingsOf } from "./tryton-room.ts";

let ground: TrytonGround;
let settings: TrytonSettings;
let session: TrytonSession;

beforeAll(async () => {
  // One failed login is allowed, so that the limit is met without waiting for it.
  ground = await startGround({ session: { max_attempt: "1" } });
  settings = settingsOf(ground, ground.access.url, "target");
  session = trytonSession(settings);
});

afterAll(async () => {
  await session.close();
  await ground.server.destroy();
});

const limits = { timeoutMs: 30_000 };

async function ask(method: string, params: Json[], more: { [key: string]: Json } = {}) {
  const context = { company: ground.company, language: "en", ...more };
  const answer = await session.call({ method, params, context }, limits);
  return withStep(answer, "post");
}

const period = (day: string) =>
  ground.person.find("account.period", [
    ["company", "=", ground.company],
    ["type", "=", "standard"],
    ["start_date", "<=", wireDate(day)],
    ["end_date", ">=", wireDate(day)],
  ]);

async function entry(day: string, debit: string, credit: string): Promise<Answer> {
  const { cash, revenue } = ground.accounts;
  const lines = [
    { account: cash, debit: wireDecimal(debit), credit: wireDecimal("0") },
    { account: revenue, debit: wireDecimal("0"), credit: wireDecimal(credit) },
  ];
  const values = {
    company: ground.company,
    journal: ground.journals.general,
    period: (await period(day)) ?? 0,
    date: wireDate(day),
    lines: [["create", lines]],
  };
  return ask("model.account.move.create", [[values as Json]]);
}

/** A draft over 5.00 with a number of its own, due long after any day these tests run on. */
async function invoice(day: string): Promise<number> {
  const { receivable, revenue } = ground.accounts;
  const party = await ground.person.create("party.party", {
    name: `Buyer of ${day}`,
    addresses: [["create", [{ city: "Reno" }]]],
  });
  const [address] = await ground.person.list("party.address", [["party", "=", party]], ["city"]);
  const currency = ground.currencies["USD"] ?? 0;
  const own = { type: "line", invoice_type: "out", company: ground.company, currency, party };
  const line = { ...own, account: revenue, description: "x", quantity: 1 };
  const values = {
    ...{ type: "out", company: ground.company, party, currency, account: receivable },
    ...{ invoice_address: address?.id ?? 0, journal: ground.journals.revenue },
    ...{ number: `N-${day}`, invoice_date: wireDate(day) },
    payment_term_date: wireDate("2099-12-31"),
    lines: [["create", [{ ...line, unit_price: wireDecimal("5.00") }]]],
  };
  return idIn(await ask("model.account.invoice.create", [[values as Json]]));
}

const idIn = (answer: Answer): number =>
  answer.kind === "answer" ? Number(JSON.parse(answer.body).result[0]) : 0;

describe("each failure that Tryton is known to tell", () => {
  test("a move that does not balance", async () => {
    const id = idIn(await entry("2026-01-10", "5.00", "4.00"));
    const outcome = classifyAnswer(await ask("model.account.move.post", [[id]]));
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_NOT_BALANCED" });
    await ask("model.account.move.delete", [[id]]);
  });

  test("a closed period: an entry is refused as it is made", async () => {
    const id = (await period("2026-02-10")) ?? 0;
    await ground.person.call("model.account.period.close", [id]);
    const outcome = classifyAnswer(await entry("2026-02-10", "5.00", "5.00"));
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_PERIOD_REFUSED" });
  });

  test("a closed period: an invoice is refused as it is posted", async () => {
    const id = await invoice("2026-04-10");
    await ground.person.call("model.account.period.close", [(await period("2026-04-10")) ?? 0]);
    const outcome = classifyAnswer(await ask("model.account.invoice.post", [[id]]));
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_PERIOD_REFUSED" });
  });

  test("a journal's own period that stayed closed when its month was opened again", async () => {
    const id = (await period("2026-05-10")) ?? 0;
    expect((await entry("2026-05-10", "5.00", "5.00")).kind).toBe("answer");
    const drafts: Json[] = [
      ["period", "=", id],
      ["state", "=", "draft"],
    ];
    const moves = await ground.person.list("account.move", drafts, ["state"]);
    const ids = moves.map((move) => move.id);
    await ground.person.call("model.account.move.post", ids);
    await ground.person.call("model.account.period.close", [id]);
    await ground.person.call("model.account.period.reopen", [id]);
    const outcome = classifyAnswer(await entry("2026-05-10", "5.00", "5.00"));
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_PERIOD_REFUSED" });
    expect("cause" in outcome && outcome.cause).toMatch(/^journal-period .*2026-05/);
  });

  test("a journal's period that another posting has just made", async () => {
    const values = { journal: ground.journals.general, period: (await period("2026-08-10")) ?? 0 };
    const make = () => ask("model.account.journal.period.create", [[values]]);
    expect(idIn(await make())).toBeGreaterThan(0);
    const outcome = classifyAnswer(await make());
    expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_RECORD_CHANGED" });
  });

  test("a posted invoice that is to be changed", async () => {
    const id = await invoice("2026-07-10");
    await ask("model.account.invoice.post", [[id]]);
    const answer = await ask("model.account.invoice.write", [[id], { comment: "x" }]);
    const outcome = classifyAnswer(answer);
    expect(outcome).toMatchObject({ class: "unknown", code: "E_TRYTON_POSTED_ALREADY" });
  });

  test("a party's code that stands already: ours or another's, so unknown", async () => {
    await ground.person.create("party.party", { name: "A", code: "TAKEN" });
    const answer = await ask("model.party.party.create", [[{ name: "B", code: "TAKEN" }]]);
    const outcome = classifyAnswer(answer);
    expect(outcome).toMatchObject({ class: "unknown", code: "E_TRYTON_CODE_TAKEN" });
  });

  test("a required value that lacks", async () => {
    const answer = await ask("model.account.invoice.create", [[{ type: "out" }]]);
    const outcome = classifyAnswer(answer);
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_VALUE_MISSING" });
    expect("cause" in outcome && outcome.cause).toContain("of Invoice");
  });

  test("a posted entry that is to be posted or changed", async () => {
    const id = idIn(await entry("2026-03-10", "5.00", "5.00"));
    await ask("model.account.move.post", [[id]]);
    for (const change of ["post", "write"]) {
      const params: Json[] = change === "post" ? [[id]] : [[id], { description: "x" }];
      const outcome = classifyAnswer(await ask(`model.account.move.${change}`, params));
      expect(outcome).toMatchObject({ class: "unknown", code: "E_TRYTON_POSTED_ALREADY" });
    }
  });

  test("an optimistic lock", async () => {
    const party = await ground.person.create("party.party", { name: "Locked" });
    const more = { _timestamp: { [`party.party,${party}`]: "1.0" } };
    const answer = await ask("model.party.party.write", [[party], { name: "Else" }], more);
    const outcome = classifyAnswer(answer);
    expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_RECORD_CHANGED" });
  });

  test("an exception of the server itself is unknown", async () => {
    const answer = await ask("model.party.party.read", [["no number"], ["name"]]);
    expect(classifyAnswer(answer).class).toBe("unknown");
  });
});

test("a wrong password rests the connection; too many, for longer than Tryton counts", async () => {
  const wrong = trytonSession({ ...settings, credentials: { user: "nobody", password: "no" } });
  const call = { method: "model.res.user.get_preferences", params: [true], context: {} };
  const codes: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    const outcome = classifyAnswer(await wrong.call(call, limits));
    expect(outcome).toMatchObject({ class: "later", pauses: "budget" });
    codes.push(outcome.class === "later" ? outcome.code : "");
  }
  expect(codes[0]).toBe("E_TRYTON_SIGN_IN");
  expect(codes.at(-1)).toBe("E_TRYTON_LOGIN_LIMIT");
  await wrong.close();
});
