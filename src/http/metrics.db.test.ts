import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { Metrics } from "./metrics.ts";
import { makeMetrics } from "./metrics.ts";

let company: Company;
let metrics: Metrics;
let ms = 0;

beforeEach(async () => {
  company = await openCompany();
  const clock = { now: () => ms, monotonic: () => ms };
  metrics = makeMetrics({ version: "1.0.0", clock, runtime: false });
});

afterEach(() => company.close());

async function scrape(): Promise<string> {
  return (await metrics.scrape(company.pool, { queued: 3 })).text;
}

describe("metrics", () => {
  test("given a backlog and an exception, then both are told in count, money and age", async () => {
    await company.tell(customer("c1", 0));
    await company.work();
    company.server.mishaps.push("refused");
    await company.tell(invoice("1", "c1", 5), invoice("2", "c9", 6));
    await company.work();
    const text = await scrape();
    expect(text).toContain('tieout_handoffs{target="plain",state="confirmed"} 1');
    expect(text).toContain('tieout_handoffs{target="plain",state="excepted"} 1');
    expect(text).toContain('tieout_waiting_handoffs{target="plain",reason="need"} 1');
    expect(text).toContain('tieout_objects_pending{target="plain",entity="invoice"} 2');
    expect(text).toContain('tieout_exceptions_open{code="E_PLAIN_CLOSED"} 1');
    expect(text).toContain(
      'tieout_exceptions_money_minor{code="E_PLAIN_CLOSED",currency="EUR"} 119000',
    );
    expect(text).toContain('tieout_budget_seats{budget="plain"} 2');
    expect(text).toContain("tieout_intake_queued 3");
    expect(text).not.toMatch(/hof_|evt_|shop\/invoice/);
  });

  test("given a cause that is gone, then its gauge goes too, but not within two seconds", async () => {
    await company.tell({ ...customer("c1", 0), data: {} });
    const series = 'tieout_dead_letters_open{connection="shop"';
    expect(await scrape()).toContain(series);
    await company.pool.query("update dead_letter set state = 'resolved'");
    expect(await scrape()).toContain(series);
    ms += 2000;
    expect(await scrape()).not.toContain(series);
  });

  test("given calls and facts of this process, then they are counted", async () => {
    metrics.onCall("plain", "done", 12);
    metrics.onIntake("shop", "stored", 3);
    const text = await scrape();
    expect(text).toContain('tieout_call_seconds_count{target="plain",outcome="done"} 1');
    expect(text).toContain('tieout_facts_total{connection="shop",verdict="stored"} 1');
  });

  test("given a ledger that does not answer, then the scrape still does, and says so", async () => {
    const dead = {
      query: () => Promise.reject(new Error("gone")),
    } as unknown as typeof company.pool;
    const { text } = await metrics.scrape(dead, { queued: 0 });
    expect(text).toContain("tieout_ledger_figures_failed 1");
  });

  test("given docs/metrics.md, then it names every metric there is, and no other", async () => {
    const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| `(tieout_\w+)`/gm)].map((match) => match[1]).sort();
    const text = await scrape();
    const made = [...text.matchAll(/^# TYPE (tieout_\w+)/gm)].map((match) => match[1]).sort();
    expect(told).toEqual(made);
  });
});
