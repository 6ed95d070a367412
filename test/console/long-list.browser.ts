/**
 * A hundred thousand handoffs in one list. The pages come from a made-up answer of the demo's own
 * rows, for what is looked at is the list and not the ledger.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { accountOf } from "./demo-stage.ts";
import type { Visitor } from "./visitor.ts";
import { signIn, visit } from "./visitor.ts";

const demo = inject("demo");
const ROWS = 100_000;

let browser: Browser;
let ada: Visitor;

beforeAll(async () => {
  browser = await launchChromium();
  ada = await visit(browser, demo.url, { theme: "light", width: 1280 });
  await ada.page.goto("/");
  await signIn(ada.page, accountOf(demo, "ada"));
});

afterAll(async () => {
  await browser?.close();
});

it("scrolls through a hundred thousand handoffs, keeping few of them in the page", async () => {
  const { page } = ada;
  const answer = await page.request.get(`${demo.url}/api/v1/handoffs?limit=200`);
  const { handoffs } = (await answer.json()) as { handoffs: { id: string }[] };
  await page.route("**/api/v1/handoffs?**", (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get("after") ?? "0");
    const rows = handoffs.map((one, index) => ({ ...one, id: `${from + index}` }));
    const next = from + rows.length;
    const body = { handoffs: rows, ...(next < ROWS ? { next: String(next) } : {}) };
    return route.fulfill({ contentType: "application/json", body: JSON.stringify(body) });
  });
  await page.goto("/handoffs");
  await page.locator(".long-row").first().waitFor();
  const seen = await page.evaluate(walkToTheEnd, ROWS);
  expect(seen.rows).toBeGreaterThanOrEqual(ROWS);
  expect(seen.most).toBeLessThan(80);
  // A frame is 16 ms where nothing else runs; half a second would be a stutter anywhere.
  expect(seen.p95).toBeLessThan(100);
  process.stdout.write(`${seen.rows} rows, ${seen.most} in the page, p95 ${seen.p95} ms a frame\n`);
});

/** Runs in the page. Goes down until every page was fetched, then up by steps, and times those. */
async function walkToTheEnd(rows: number): Promise<{ rows: number; most: number; p95: number }> {
  const list = document.querySelector(".long-body");
  if (list === null) throw new Error("there is no list");
  const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
  const height = (): number => list.scrollHeight / 46;
  const end = performance.now() + 100_000;
  while (height() < rows && performance.now() < end) {
    list.scrollTop = list.scrollHeight;
    await frame();
  }
  const took: number[] = [];
  let most = 0;
  let before = await frame();
  for (let step = 0; step < 120; step += 1) {
    list.scrollTop -= 900;
    const now = await frame();
    took.push(now - before);
    before = now;
    most = Math.max(most, document.querySelectorAll(".long-row").length);
  }
  took.sort((a, b) => a - b);
  return { rows: Math.floor(height()), most, p95: Math.round(took[113] ?? 0) };
}
