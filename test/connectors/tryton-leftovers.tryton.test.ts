/** A live Tryton: what a cut-off removal leaves, and regions that it takes into no address. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { wireDate } from "../../src/connectors/tryton/wire.ts";
import { customerData, invoiceData } from "./netsuite-given.ts";
import { posting } from "./tryton-cuts.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { customerGiven, openTrytonRoom, reference } from "./tryton-room.ts";

let ground: TrytonGround;
let room: Room;
const tag = "l";

beforeAll(async () => {
  ground = await startGround();
  room = await openTrytonRoom(ground, "source", tag);
});

afterEach(() => room.proxy.heal());
afterAll(async () => {
  await room.close();
  await ground.server.destroy();
});

const under = (ref: string) =>
  room.person.list("account.invoice", [["reference", "=", ref]], ["state", "number"]);

// Opening a month again leaves its journals closed, so each test has a month of its own.
test.each([
  ["delete", "2026-01-15"],
  ["write", "2026-02-15"],
])(
  "a refused draft whose %s never arrived: the same bytes make it one under its number",
  async (step, day) => {
    const period = await periodOf(day);
    const given = dated(`left${step}`, day);
    room.proxy.meanwhile(posting, () => room.person.call("model.account.period.close", [period]));
    room.proxy.cut("before", ({ method }) => method === `model.account.invoice.${step}`);
    expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_PERIOD_CLOSED" });
    await room.person.call("model.account.period.reopen", [period]);
    expect((await room.apply(given)).class).toBe("done");
    const number = `${tag}-left${step}`;
    expect(await under(given.reference)).toMatchObject([{ state: "posted", number }]);
  },
);

test("a draft that lost its number and was changed by hand is not made anew", async () => {
  const period = await periodOf("2026-03-15");
  const given = dated("touched", "2026-03-15");
  room.proxy.meanwhile(posting, () => room.person.call("model.account.period.close", [period]));
  room.proxy.cut("before", ({ method }) => method === "model.account.invoice.delete");
  await room.apply(given);
  await room.person.call("model.account.period.reopen", [period]);
  const [draft] = await under(given.reference);
  const ids = [Number(draft?.["id"])];
  await room.person.call("model.account.invoice.write", ids, { description: "by hand" });
  expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_DRAFT_DIFFERS" });
  expect(await under(given.reference)).toMatchObject([{ id: draft?.["id"], state: "draft" }]);
});

test("a region that its country's addresses do not take is left out, a province is kept", async () => {
  const country = await room.person.create("country.country", { name: "Italy", code: "IT" });
  const part = (name: string, code: string, type: string) =>
    room.person.create("country.subdivision", { name, code, type, country });
  await part("Lombardia", "IT-25", "region");
  const milan = await part("Milano", "IT-MI", "province");
  for (const [region, subdivision] of [
    ["Lombardia", null],
    ["MI", milan],
  ] as const) {
    const id = `cus${region}`;
    const address = { line1: "Via Roma 1", city: "Milano", country: "IT", region };
    const data = customerData(id, { addresses: [{ kind: "billing", address }] });
    const party = await room.post(customerGiven(id, reference(`${tag}${id}`), { data }));
    const domain = [["party", "=", Number(party)]];
    expect(await room.person.list("party.address", domain, ["subdivision"])).toMatchObject([
      { subdivision },
    ]);
  }
});

function dated(id: string, day: string) {
  const data = invoiceData(id, { number: `${tag}-${id}`, issueDate: day, dueDate: "2099-01-31" });
  return room.invoice(id, { data });
}

async function periodOf(day: string): Promise<number> {
  const on = wireDate(day);
  const found = await room.person.find("account.period", [
    ["company", "=", ground.company],
    ["type", "=", "standard"],
    ["start_date", "<=", on],
    ["end_date", ">=", on],
  ]);
  return found ?? 0;
}
