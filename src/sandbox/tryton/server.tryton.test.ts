import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { processesNaming, runAndKill } from "../../../test/support/processes.ts";
import { ownTryton } from "../../../test/support/tryton-room.ts";
import { isTieoutError } from "../../kernel/errors.ts";
import { EURO_COMPANY } from "./company-spec.ts";
import { createCustomer, draftInvoice, postInvoice } from "./documents.ts";
import { findTryton } from "./find-tryton.ts";
import { listInvoices, listPeriods, trialBalance } from "./inspect.ts";
import { openTryton } from "./rpc.ts";
import { seedCompany } from "./seed-company.ts";
import type { RunningTryton } from "./start-tryton.ts";
import { startTryton } from "./start-tryton.ts";

const running: RunningTryton[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.destroy();
});

test("given the machine, then Tryton 6.0 with every module is found", () => {
  const found = findTryton();
  expect(found).toMatchObject({ missingModules: [], postgresDriver: true, complete: true });
  expect(found?.version).toMatch(/^6\.0\./);
});

test("given a company, when the server stops and starts, then it is there; reset forgets it", async () => {
  const options = ownTryton();
  const first = await startTryton(options);
  running.push(first);
  await expect(startTryton(options)).rejects.toSatisfy((thrown) =>
    isTieoutError(thrown, "E_TRYTON_IN_USE"),
  );
  const before = await seedCompany(await openTryton(first.access), EURO_COMPANY);
  await first.stop();
  await first.stop();
  expect(processesNaming(options.folder)).toEqual([]);

  const second = await startTryton(options);
  running.push(second);
  const rpc = await openTryton(second.access);
  expect(await seedCompany(rpc, EURO_COMPANY)).toEqual(before);
  const periods = await listPeriods(rpc, before.company);
  expect(periods).toHaveLength(36);
  expect(periods.every((one) => one.state === "open")).toBe(true);
  const counted = ["account.account", "account.tax", "ir.sequence.strict", "party.party"];
  const count = async () =>
    Promise.all(counted.map(async (model) => (await rpc.list(model, [], [])).length));
  const once = await count();
  await seedCompany(rpc, EURO_COMPANY);
  expect(await count()).toEqual(once);

  await second.reset();
  const empty = await openTryton(second.access);
  expect(await empty.find("company.company", [])).toBeUndefined();
});

test("given its starter is killed, then the server is gone and its data can be served again", async () => {
  const { folder, templateFolder, database } = ownTryton();
  const options = { folder, templateFolder, database, port: 0 };
  const body = `
    const { startTryton } = await load("src/sandbox/tryton/start-tryton.ts");
    const options = ${JSON.stringify(options)};
    const server = await startTryton({ ...options, clock, random, log });
    done(server.pid());`;
  const pid = Number(await runAndKill(body));
  await expect.poll(() => processesNaming(folder), { timeout: 5_000 }).toEqual([]);
  expect(JSON.parse(readFileSync(path.join(folder, "trytond.pid.json"), "utf8")).pid).toBe(pid);
  const again = await startTryton(ownTrytonAt(options));
  running.push(again);
  expect((await openTryton(again.access)).userId).toBe(1);
});

function ownTrytonAt(options: Pick<ReturnType<typeof ownTryton>, "folder" | "database">) {
  return { ...ownTryton(), ...options };
}

test("given secrets, then neither the log nor the arguments hold them", async () => {
  const options = ownTryton();
  const server = await startTryton(options);
  running.push(server);
  await openTryton(server.access);
  const { password } = server.access;
  const log = readFileSync(path.join(options.folder, "trytond.log"), "utf8");
  expect(log).toContain("Running on http://127.0.0.1:");
  expect(log).not.toContain(password);
  expect(processesNaming(password)).toEqual([]);
  const { database } = inject("tryton");
  const secret = database.kind === "postgres" ? new URL(database.url).password : password;
  expect(processesNaming(secret)).toEqual([]);
});

test("given posted invoices and a credit note, then the books balance and ties to the documents", async () => {
  const server = await startTryton(ownTryton());
  running.push(server);
  const rpc = await openTryton(server.access);
  const seeded = await seedCompany(rpc, EURO_COMPANY);
  const customer = await createCustomer(rpc, "Globex GmbH");
  const line = { customer, account: "4800", tax: "VAT 19%" };
  for (const [reference, amount, date] of [
    ["in_1", "100.00", "2026-03-05"],
    ["in_2", "49.99", "2026-03-06"],
    ["cn_1", "-10.00", "2026-03-07"],
  ] as const) {
    const id = await draftInvoice(rpc, seeded, { ...line, reference, amount, date });
    expect(await postInvoice(rpc, id)).toMatchObject({ ok: true });
  }
  const invoices = await listInvoices(rpc, seeded.company);
  expect(invoices.map((one) => [one.reference, one.number, one.total, one.tax])).toEqual([
    ["in_1", "1", "119.00", "19.00"],
    ["in_2", "2", "59.49", "9.50"],
    ["cn_1", "1", "-11.90", "-1.90"],
  ]);
  expect((await trialBalance(rpc, seeded.company)).map((one) => [one.code, one.balance])).toEqual([
    ["1200", "166.59"],
    ["2300", "-26.60"],
    ["4800", "-139.99"],
  ]);
});
