/** A demo company in a folder of its own, run by the built program as a stranger would run it. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { z } from "zod";
import { DEMO_STRIPE_API_KEY } from "../../src/demo/names.ts";
import { openStripeCalls } from "../../src/demo/stripe-calls.ts";
import { rootUrl } from "../support/root.ts";

export interface DemoAccount {
  readonly login: string;
  readonly password: string;
}

/** Where the company of this test run is; taken with `inject("demo")`. */
export interface DemoPlace {
  readonly url: string;
  readonly folder: string;
}

declare module "vitest" {
  interface ProvidedContext {
    demo: DemoPlace;
  }
}

/** The month is told and settled within; a busy machine needs minutes. */
const READY_MS = 400_000;

/**
 * One company for all files; a second one would be shown as this one is, and takes longer.
 * `TIEOUT_CONSOLE_DEMO=<folder> <address>` takes one that runs already, for whoever works on the
 * pages; tests change it, so it serves a few times.
 */
export default async function openDemo({ provide }: TestProject): Promise<() => Promise<void>> {
  const [given, address] = (process.env["TIEOUT_CONSOLE_DEMO"] ?? "").split(" ");
  if (given !== undefined && address !== undefined) {
    provide("demo", { folder: given, url: address });
    return async () => undefined;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "tieout-console-"));
  const main = fileURLToPath(new URL("dist/app/main.js", rootUrl));
  const demo = spawn(process.execPath, [main, "demo", "--keep-running", "--without", "tryton"], {
    cwd: fileURLToPath(rootUrl),
    env: { ...process.env, TIEOUT_DATA: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    provide("demo", { folder, url: await addressOf(demo) });
  } catch (thrown) {
    await stop(demo, folder);
    throw thrown;
  }
  return () => stop(demo, folder);
}

export function accountOf({ folder }: DemoPlace, login: string): DemoAccount {
  const text = readFileSync(path.join(folder, "demo-accounts.json"), "utf8");
  const found = (JSON.parse(text) as DemoAccount[]).find((one) => one.login === login);
  if (found === undefined) throw new Error(`the demo has no account ${login}`);
  return found;
}

function addressOf(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => reject(new Error(`${why}; it said:\n${said.slice(-4000)}`));
    const timer = setTimeout(() => fail("the demo was not ready in time"), READY_MS);
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /keeps running \((http:\/\/[^)]+)\)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    demo.stdout?.on("data", read);
    demo.stderr?.on("data", read);
    demo.once("exit", (code) => {
      clearTimeout(timer);
      fail(`the demo ended with ${code}`);
    });
  });
}

/** The bookkeepers open an accounting month of the books again, `2026-09`. */
export async function openMonth(demo: DemoPlace, month: string): Promise<void> {
  await inBooks(demo, "PUT", `/periods/${month}`, { closed: false });
}

const booked = z.object({
  id: z.string(),
  body: z.record(z.string(), z.unknown()),
  sublists: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});

/** A bookkeeper changes what an invoice of ours is for in the books; returns its number. */
export async function editByHand(demo: DemoPlace): Promise<string> {
  const listed = z.object({ records: z.array(booked) });
  const { records } = listed.parse(await inBooks(demo, "GET", "/records/invoice"));
  // Of one line, so that the change can be said in full.
  const found = records.findLast(({ sublists }) => sublists["item"]?.length === 1);
  const [line] = found?.sublists["item"] ?? [];
  if (found === undefined || line === undefined) throw new Error("no invoice has one line");
  const item = { id: String(line["item"]) };
  const { quantity, amount } = line;
  const items = [{ item, quantity, amount, description: "as agreed by telephone" }];
  const edition = { body: { item: { items } }, replace: "item", by: "Eva Clerk" };
  await inBooks(demo, "PUT", `/records/invoice/${found.id}`, edition);
  return String(found.body["tranId"]);
}

/** What is done in NetSuite by somebody, and not by us: through its sandbox's control routes. */
async function inBooks(
  { folder }: DemoPlace,
  method: string,
  route: string,
  body?: object,
): Promise<unknown> {
  const text = readFileSync(path.join(folder, "ports/sandbox.json"), "utf8");
  const { netsuite } = JSON.parse(text) as { netsuite: number };
  const answer = await fetch(`http://127.0.0.1:${netsuite}/__sandbox/netsuite${route}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Would set a mark in the page and make a picture, were it ever taken for more than a text. */
export const SCRIPT = "<img src=x onerror=alert(wounded=true)>";

/** A customer of that name is billed, with that word in a line; returns the invoice's id. */
export async function billScripts({ folder }: DemoPlace): Promise<string> {
  const text = readFileSync(path.join(folder, "ports/sandbox.json"), "utf8");
  const { stripe } = JSON.parse(text) as { stripe: number };
  const stripeUrl = `http://127.0.0.1:${stripe}`;
  const calls = openStripeCalls({ stripeUrl, apiKey: DEMO_STRIPE_API_KEY, seed: 1 });
  const made = z.object({ id: z.string() });
  try {
    const customer = await calls.post("", "/v1/customers", { name: SCRIPT }, made);
    const invoice = await calls.post(
      "",
      "/v1/invoices",
      {
        customer: customer.id,
        currency: "usd",
        collection_method: "send_invoice",
        days_until_due: 14,
      },
      made,
    );
    const line = { customer: customer.id, invoice: invoice.id, amount: 4200, currency: "usd" };
    const description = `memo ${SCRIPT}`;
    await calls.post("", "/v1/invoiceitems", { ...line, description }, made);
    await calls.post("", `/v1/invoices/${invoice.id}/finalize`, {}, made);
    return invoice.id;
  } finally {
    await calls.close();
  }
}

async function stop(demo: ChildProcess, folder: string): Promise<void> {
  if (demo.exitCode === null && demo.signalCode === null) {
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGINT");
    const late = setTimeout(() => demo.kill("SIGKILL"), 30_000);
    await ended;
    clearTimeout(late);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
