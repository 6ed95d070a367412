/**
 * The demo's month through the real connectors, contracts, routes and preparations, one call after
 * the other, without ledger and engine: what the answer key says must be what NetSuite holds.
 */
import { afterEach, expect, test } from "vitest";
import type { CallTarget } from "../../src/connectors/kit/target.ts";
import { netsuiteSettingsSchema } from "../../src/connectors/netsuite/settings.ts";
import { netSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import { ignoreRules } from "../../src/connectors/stripe/rules.ts";
import { stripeSource } from "../../src/connectors/stripe/source.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { EventDraft, ObjectKey } from "../../src/contracts/envelope.ts";
import { objectKey, parseObjectKey } from "../../src/contracts/envelope.ts";
import { actualBooks, compareBooks, compareCustomers } from "../../src/demo/books.ts";
import { seedMonth } from "../../src/demo/company.ts";
import { expectedBooks } from "../../src/demo/expectations.ts";
import { plantFaults, struckFaults } from "../../src/demo/faults.ts";
import { DEMO_NETSUITE_CONNECTION, DEMO_STRIPE_CONNECTION } from "../../src/demo/names.ts";
import {
  closeMonth,
  prepareNetSuiteAccount,
  reactivateItem,
} from "../../src/demo/netsuite-account.ts";
import { demoNetSuiteSettings } from "../../src/demo/netsuite-settings.ts";
import { demoStripeSettings } from "../../src/demo/stripe-settings.ts";
import { billingToBooks } from "../../src/flows/billing-to-books.ts";
import { referenceOf } from "../../src/handoffs/reference.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { makeRouter } from "../../src/routing/route-event.ts";
import { startNetSuiteSandbox } from "../../src/sandbox/netsuite/sandbox.ts";
import { startStripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";

const surroundings = { clock: systemClock, random: seededRandom(5) };
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Work {
  readonly operation: string;
  readonly draft: EventDraft;
  readonly needs: readonly ObjectKey[];
  state: "open" | "done" | "held";
  cause: string;
}

/** Two sandboxes with the month in the one and everything planted. */
async function scene() {
  const stripe = await startStripeSandbox({ clock: systemClock, port: 0 });
  const random = seededRandom(1);
  const netsuite = await startNetSuiteSandbox({ clock: systemClock, port: 0, random });
  open.push(stripe, netsuite);
  const where = { stripeUrl: stripe.url, netsuiteUrl: netsuite.url };
  const hubWebhookUrl = "http://127.0.0.1:28997/in/stripe-us";
  const nowMs = systemClock.now();
  const month = await seedMonth({ stripeUrl: stripe.url, hubWebhookUrl, nowMs, delivery: "hold" });
  await prepareNetSuiteAccount(netsuite.url);
  await plantFaults(where);
  return { stripe, netsuite, where, month };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Source, target and routes as the hub puts them together. */
function parts({ where }: Scene, texasMapped: boolean) {
  const source = stripeSource(demoStripeSettings({ origin: where.stripeUrl }), surroundings);
  const given = demoNetSuiteSettings({ baseUrl: where.netsuiteUrl, texasMapped });
  const settings = netsuiteSettingsSchema.parse(given);
  const target = netSuiteTarget(settings, surroundings);
  open.push({ close: () => source.close?.() }, { close: () => target.close?.() });
  const effects = Object.entries(target.operations).map(([name, one]) => [name, one.effect]);
  const flow = billingToBooks(DEMO_STRIPE_CONNECTION, DEMO_NETSUITE_CONNECTION, {
    postZeroDocuments: false,
  });
  const route = makeRouter(
    [flow],
    [
      {
        connection: DEMO_NETSUITE_CONNECTION,
        account: settings.account,
        budget: "netsuite",
        ordered: true,
        effects: Object.fromEntries(effects),
      },
    ],
  );
  return { source, target, route };
}

type Parts = ReturnType<typeof parts>;

/** What a fact becomes; the name of its rule when it is ignored. Throws for a dead letter. */
function worksOf({ source, route }: Parts, raw: Json): Work[] | string {
  const told = source.translate(raw, "sweep");
  if (told.kind === "ignored") return told.rule;
  if (told.kind === "dead") throw new Error(`${told.code} ${told.reason}`);
  return told.events.flatMap((draft) => {
    expect(checkContract(draft.type, JSON.parse(JSON.stringify(draft.data)))).toMatchObject({
      ok: true,
    });
    return route(DEMO_STRIPE_CONNECTION, draft).handoffs.map(({ operation, needs }) => {
      return { operation, draft, needs, state: "open" as const, cause: "" };
    });
  });
}

/** The whole list, as a sweep reads it; a cut page is read again from its cursor. */
async function sweep({ source }: Parts): Promise<Map<string, Json>> {
  const facts = new Map<string, Json>();
  let cursor: string | undefined;
  for (let more = true; more; ) {
    const page = await source.sweep?.page("events", cursor).catch(() => undefined);
    if (page === undefined) continue;
    for (const fact of page.facts) facts.set((fact as { id: string }).id, fact);
    ({ cursor, more } = page);
  }
  return facts;
}

/** Sends what has its links, until nothing moves; a doubtful answer is sent again. */
async function post(target: CallTarget, works: readonly Work[], links: Map<ObjectKey, string>) {
  const ready = () =>
    works.filter((one) => one.state === "open" && one.needs.every((key) => links.has(key)));
  for (let list = ready(); list.length > 0; list = ready()) {
    for (const work of list) await postOne(target, work, links);
  }
}

async function postOne(target: CallTarget, work: Work, links: Map<ObjectKey, string>) {
  const { operation, draft } = work;
  const { connection, id } = parseObjectKey(draft.subject);
  const name = { targetAccount: target.account, sourceConnection: connection, subId: "" };
  const reference = referenceOf({ ...name, object: draft.subject, operation }, systemHasher);
  const event = { ...draft, id: "e", correlationId: "c", legalEntity: draft.legalEntity };
  const data = JSON.parse(JSON.stringify(draft.data)) as Json;
  const made = target.prepare({ operation, reference, links, event: { ...event, data } });
  if (!made.ok) {
    Object.assign(work, { state: "held", cause: `${made.lack.code} ${made.lack.cause}` });
    return;
  }
  for (let tries = 0; tries < 40; tries += 1) {
    const outcome = target.classify(operation, await target.send(made.call));
    if (outcome.class === "done") {
      work.state = "done";
      const entity = target.operations[operation]?.entity ?? "";
      links.set(objectKey(connection, entity, id), outcome.externalId);
      return;
    }
    if (outcome.class === "refused") {
      Object.assign(work, { state: "held", cause: `${outcome.code} ${outcome.cause}` });
      return;
    }
  }
  throw new Error(`${operation} of ${draft.subject} was never answered`);
}

function heldBy(works: readonly Work[]): Record<string, number> {
  const causes: Record<string, number> = {};
  for (const { state, cause } of works) {
    if (state === "held") causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return causes;
}

test("given the month and its faults, when all is posted, then the books are the answer key", {
  timeout: 120_000,
}, async () => {
  const here = await scene();
  const { where, month } = here;
  const before = parts(here, false);
  const read = [...(await sweep(before)).values()].map((fact) => worksOf(before, fact));
  expect(read).toHaveLength(month.events);
  for (const rule of read) {
    if (typeof rule === "string") expect(Object.keys(ignoreRules)).toContain(rule);
  }
  const works = read.flatMap((one) => (typeof one === "string" ? [] : one));
  const links = new Map<ObjectKey, string>();
  await post(before.target, works, links);

  // The one customer of whom no event told: asked for by name.
  const subjects = new Set(works.map((one) => one.draft.subject));
  const needed = works.filter((one) => one.state === "open").flatMap((one) => one.needs);
  const strangers = [...new Set(needed)].filter((key) => !subjects.has(key));
  expect(strangers).toHaveLength(1);
  for (const key of strangers) {
    const found = await before.source.fetch?.(key);
    if (found === undefined) throw new Error(`${key} is not in Stripe`);
    const told = worksOf(before, found);
    if (typeof told !== "string") works.push(...told);
  }
  await post(before.target, works, links);

  const expected = await expectedBooks(where);
  const causes = Object.entries(heldBy(works));
  expect(causes).toHaveLength(expected.held.length);
  for (const { code, cause, documents } of expected.held) {
    const start = `${code} ${cause}`.replace("…", "");
    expect(causes.filter(([name]) => name.startsWith(start)).map(([, count]) => count)).toEqual([
      documents.length,
    ]);
  }
  expect(compareBooks(expected.now, await actualBooks(where.netsuiteUrl))).toEqual([]);
  expect(await compareCustomers(where)).toEqual([]);
  expect(Object.values(await struckFaults(where))).not.toContain(0);

  // A person mends the three causes; everything held goes on.
  expect(await reactivateItem(where.netsuiteUrl)).toBe(true);
  expect(await closeMonth(where.netsuiteUrl, month.closedMonth, false)).toBe(true);
  for (const work of works) if (work.state === "held") work.state = "open";
  await post(parts(here, true).target, works, links);
  expect(works.filter((one) => one.state !== "done").map((one) => one.cause)).toEqual([]);
  expect(compareBooks(expected.whole, await actualBooks(where.netsuiteUrl))).toEqual([]);
});
