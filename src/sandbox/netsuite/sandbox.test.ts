import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demoAuthorization } from "../../../test/support/netsuite-signing.ts";
import type { Clock } from "../../kernel/clock.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { NetSuiteSandbox, NetSuiteSandboxOptions } from "./sandbox.ts";
import { startNetSuiteSandbox } from "./sandbox.ts";

const clock: Clock = {
  now: () => Date.parse("2026-03-15T20:00:00Z") + performance.now(),
  monotonic: () => performance.now(),
};

let sandbox: NetSuiteSandbox;
const folders: string[] = [];

async function start(options: Partial<NetSuiteSandboxOptions> = {}): Promise<NetSuiteSandbox> {
  return startNetSuiteSandbox({ port: 0, clock, random: seededRandom(7), ...options });
}

interface Asked {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function call(method: string, path: string, { body, headers = {} }: Asked = {}) {
  const url = `${sandbox.url}${path}`;
  const response = await fetch(url, {
    method,
    headers: {
      authorization: demoAuthorization(method, url, sandbox.clock.now()),
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === "" ? undefined : JSON.parse(text);
  const detail: string | undefined = json?.["o:errorDetails"]?.[0]?.detail;
  const code: string | undefined = json?.["o:errorDetails"]?.[0]?.["o:errorCode"];
  const location = response.headers.get("location");
  return { status: response.status, json, detail, code, location, headers: response.headers };
}

const record = (path: string) => `/services/rest/record/v1/${path}`;
const control = async (method: string, path: string, body: unknown) =>
  (
    await fetch(`${sandbox.url}/__sandbox/${path}`, { method, body: JSON.stringify(body) })
  ).json() as Promise<Record<string, unknown>>;

const customer = {
  externalId: "cus-1",
  companyName: "Nordwind AG",
  subsidiary: { id: "2" },
  currency: { id: "4" },
};
const service = { externalId: "prod-1", itemId: "Subscription", incomeAccount: { id: "151" } };
const line = {
  item: { externalId: "prod-1" },
  quantity: 3,
  rate: 33.335,
  taxDetailsReference: "a",
};
const invoice = {
  entity: { externalId: "cus-1" },
  tranDate: "2026-03-10",
  taxDetailsOverride: true,
  item: { items: [line] },
  taxDetails: { items: [{ taxDetailsReference: "a", taxCode: { id: "303" }, taxAmount: 19 }] },
};

async function given(): Promise<void> {
  await call("POST", record("customer"), { body: customer });
  await call("POST", record("serviceSaleItem"), { body: service });
}

beforeEach(async () => {
  sandbox = await start();
});
afterEach(async () => {
  await sandbox.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe("sign-in", () => {
  test("a request signed by another implementation of OAuth 1.0a is let in", async () => {
    const answer = await call("GET", record("customer?limit=10&offset=0"));
    expect(answer.status).toBe(200);
    expect(answer.json.totalResults).toBe(0);
  });

  test("nonce used twice, query changed, stamp old, token revoked: 401 with one body", async () => {
    const url = `${sandbox.url}${record("customer")}`;
    const header = { authorization: demoAuthorization("GET", url, sandbox.clock.now()) };
    expect((await fetch(url, { headers: header })).status).toBe(200);
    const again = await fetch(url, { headers: header });
    expect(again.status).toBe(401);
    expect(again.headers.get("www-authenticate")).toContain("token_rejected");
    expect(await again.json()).toMatchObject({
      title: "Unauthorized",
      "o:errorDetails": [{ "o:errorCode": "INVALID_LOGIN" }],
    });
    const other = { authorization: demoAuthorization("GET", url, sandbox.clock.now()) };
    expect((await fetch(`${url}?limit=5`, { headers: other })).status).toBe(401);
    const late = { authorization: demoAuthorization("GET", url, sandbox.clock.now()) };
    sandbox.clock.advance(6 * 60_000);
    expect((await fetch(url, { headers: late })).status).toBe(401);
    await control("PUT", "netsuite/token", { revoked: true });
    expect((await call("GET", record("customer"))).code).toBe("INVALID_LOGIN");
    await control("PUT", "netsuite/token", { revoked: false });
    expect((await call("GET", record("customer"))).status).toBe(200);
    const whys = sandbox.calls.list().map((one) => one.refused);
    expect(whys[1]).toBe("sign-in refused: nonce used before");
  });
});

describe("records", () => {
  beforeEach(given);

  test("an invoice is created, found by external id in any case, and read back", async () => {
    const made = await call("POST", record("invoice"), {
      body: { ...invoice, externalId: "In-1" },
    });
    expect(made.status).toBe(204);
    expect(made.location).toMatch(/\/services\/rest\/record\/v1\/invoice\/10001$/);
    const read = await call("GET", record("invoice/eid:iN-1?expandSubResources=true"));
    expect(read.json).toMatchObject({
      id: "10001",
      externalId: "In-1",
      tranId: "INV1001",
      // 3 × 33.335 is 100.005, half a cent away from zero.
      subtotal: 100.01,
      taxTotal: 19,
      total: 119.01,
      amountRemaining: 119.01,
      status: { refName: "Open" },
      postingPeriod: { id: "415", refName: "Mar 2026" },
      currency: { id: "4" },
      subsidiary: { id: "2" },
    });
    expect(read.json.item.items).toHaveLength(1);
    expect(read.json.item.items[0]).toMatchObject({
      item: { id: "2001" },
      amount: 100.01,
      line: 1,
    });
    const folded = await call("GET", record("invoice/10001"));
    expect(folded.json.item.items).toBeUndefined();
  });

  test("the same PUT twice doubles an invoice's lines, unless they are replaced", async () => {
    const put = (query: string) =>
      call("PUT", record(`invoice/eid:in-1${query}`), { body: invoice });
    expect((await put("")).status).toBe(204);
    const second = await put("");
    expect(second.status).toBe(204);
    expect(second.location).toMatch(/invoice\/10001$/);
    expect((await call("GET", record("invoice/10001"))).json.total).toBe(238.02);
    await put("?replace=item,taxDetails");
    expect((await call("GET", record("invoice/10001"))).json.total).toBe(119.01);
    const effects = sandbox.world.list("invoice").length;
    expect(effects).toBe(1);
    const journal = await (await fetch(`${sandbox.url}/__sandbox/journal`)).text();
    const lines = journal
      .trim()
      .split("\n")
      .map((one) => JSON.parse(one));
    const upserts = lines.filter((one) => one.type === "invoice").map((one) => one.upsert);
    expect(upserts).toEqual(["create", "update", "update"]);
    expect(lines.at(-1)).toMatchObject({ amount: "119.01", currency: "EUR", externalId: "in-1" });
    expect(lines.at(-1).nonce).toBeTruthy();
  });

  test("a second POST of an external id is refused, also of another transaction type", async () => {
    await call("POST", record("invoice"), { body: { ...invoice, externalId: "X" } });
    for (const type of ["invoice", "creditMemo"]) {
      const refused = await call("POST", record(type), { body: { ...invoice, externalId: "x" } });
      expect(refused).toMatchObject({
        status: 400,
        code: "USER_ERROR",
        detail: "Error while accessing a resource. This entity already exists.",
      });
    }
    const bad = await call("POST", record("invoice"), { body: { ...invoice, externalId: "a|b" } });
    expect(bad.status).toBe(400);
  });

  test("an unknown field is dropped under Warning and refused under Error", async () => {
    const body = { ...invoice, externalId: "n-1", legacyTaxRate: 19 };
    expect((await call("POST", record("invoice"), { body })).status).toBe(204);
    expect((await call("GET", record("invoice/eid:n-1"))).json.legacyTaxRate).toBeUndefined();
    const headers = { "X-NetSuite-PropertyNameValidation": "Error" };
    const refused = await call("POST", record("invoice"), {
      body: { ...body, externalId: "n-2" },
      headers,
    });
    expect(refused).toMatchObject({ status: 400, code: "INVALID_CONTENT" });
    expect(refused.json["o:errorDetails"][0]["o:errorPath"]).toBe("legacyTaxRate");
    expect((await call("GET", record("invoice/eid:n-2"))).code).toBe("NONEXISTENT_ID");
    const wrong = await call("POST", record("invoice"), {
      body: { ...body, tranDate: "10.3.2026" },
    });
    expect(wrong.code).toBe("INVALID_CONTENT");
  });

  test("inactive, foreign and missing references share one text", async () => {
    const text = (value: string, field: string) =>
      `Error while accessing a resource. You have entered an Invalid Field Value ${value} ` +
      `for the following field: ${field}.`;
    await control("PUT", "netsuite/records/serviceSaleItem/2001", { body: { isInactive: true } });
    const inactive = await call("POST", record("invoice"), { body: invoice });
    expect(inactive.detail).toBe(text("2001", "item"));
    expect(inactive.json["o:errorDetails"][0]["o:errorPath"]).toBe("item.items[0].item");
    const elsewhere = { ...invoice, subsidiary: { id: "1" } };
    await control("PUT", "netsuite/records/serviceSaleItem/2001", { body: { isInactive: false } });
    const foreign = await call("POST", record("invoice"), { body: elsewhere });
    expect(foreign.detail).toBe(text("1", "subsidiary"));
    const yen = await call("POST", record("invoice"), {
      body: { ...invoice, currency: { id: 5 } },
    });
    expect(yen.detail).toBe(text("5", "currency"));
    const nobody = { ...invoice, entity: { externalId: "cus-9" } };
    expect((await call("POST", record("invoice"), { body: nobody })).detail).toBe(
      text("cus-9", "entity"),
    );
    const nameless = await call("POST", record("customer"), { body: { subsidiary: { id: "1" } } });
    expect(nameless.detail).toMatch(/You must enter a value for Company Name\.$/);
    expect((await call("POST", record("subsidiary"), { body: {} })).detail).toBe(
      "Your current role does not have permission to perform this action.",
    );
  });

  test("a closed period refuses to post, to change and to delete", async () => {
    await call("PUT", record("invoice/eid:in-1"), { body: invoice });
    await control("PUT", "netsuite/periods/2026-03", { closed: true });
    const shut =
      "Error while accessing a resource. The transaction date you specified is not within " +
      "the date range of your accounting period.";
    expect((await call("POST", record("invoice"), { body: invoice })).detail).toBe(shut);
    expect((await call("PATCH", record("invoice/10001"), { body: { memo: "x" } })).detail).toBe(
      shut,
    );
    expect((await call("DELETE", record("invoice/10001"))).detail).toBe(shut);
    await control("PUT", "netsuite/settings", { closedPeriod: "first-open" });
    const moved = await call("POST", record("invoice"), { body: { ...invoice, externalId: "m" } });
    expect(moved.status).toBe(204);
    expect((await call("GET", record("invoice/eid:m"))).json).toMatchObject({
      tranDate: "2026-03-10",
      postingPeriod: { refName: "Jan 2025" },
    });
  });

  test("an id of another transaction type, and no such id, are told apart", async () => {
    await call("PUT", record("invoice/eid:in-1"), { body: invoice });
    const other = await call("GET", record("creditMemo/10001"));
    expect(other).toMatchObject({ status: 400, code: "USER_ERROR" });
    expect((await call("GET", record("invoice/4"))).status).toBe(404);
    expect((await call("DELETE", record("invoice/10001"))).status).toBe(204);
    expect((await call("GET", record("invoice/10001"))).status).toBe(404);
  });

  test("an invoice is transformed into its payment and is then paid in full", async () => {
    await call("PUT", record("invoice/eid:in-1"), { body: invoice });
    const paid = await call("POST", record("invoice/10001/!transform/customerPayment"), {
      body: { externalId: "pay-1", account: { id: "112" } },
    });
    expect(paid.status).toBe(204);
    expect((await call("GET", record("invoice/10001"))).json.status.refName).toBe("Paid In Full");
  });
});

describe("restart", () => {
  test("a sandbox that is started again on its journal has the same state", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tieout-netsuite-"));
    folders.push(dataDir);
    await sandbox.close();
    sandbox = await start({ dataDir });
    await given();
    await call("PUT", record("invoice/eid:in-1"), { body: invoice });
    const due = {
      customer: { id: "701" },
      payment: 100,
      apply: { items: [{ doc: { id: "10001" } }] },
    };
    await call("POST", record("customerPayment"), { body: due });
    await control("PUT", "netsuite/periods/2026-01", { closed: true });
    await control("PUT", "netsuite/settings", { taxRates: { "2": "19" } });
    const state = async () => (await fetch(`${sandbox.url}/__sandbox/state`)).json();
    const before = await state();
    const shown = (await call("GET", record("invoice/10001"))).json;
    await sandbox.close();
    sandbox = await start({ dataDir });
    const after = await state();
    const timeless = (one: unknown) => ({ ...(one as object), gate: null });
    expect(timeless(after)).toEqual(timeless(before));
    const again = (await call("GET", record("invoice/10001"))).json;
    expect({ ...again, ...ports }).toEqual({ ...shown, ...ports });
    expect(again.amountRemaining).toBe(19.01);
    const next = await call("POST", record("invoice"), { body: invoice });
    expect(next.location).toMatch(/invoice\/10003$/);
  });
});

/** Links name the port, which changes with each start. */
const ports = Object.fromEntries(
  [
    "links",
    "account",
    "entity",
    "currency",
    "subsidiary",
    "postingPeriod",
    "item",
    "taxDetails",
  ].map((name) => [name, null]),
);
