/** Work on the queue: who takes it, what waits, what is repaired by two people and settles. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { accountOf, billScripts, editByHand, SCRIPT } from "./demo-stage.ts";
import type { Visitor } from "./visitor.ts";
import { colleagues, openCase, signIn } from "./visitor.ts";

const demo = inject("demo");
let browser: Browser;
let ada: Visitor;
let kenji: Visitor;

beforeAll(async () => {
  browser = await launchChromium();
  [ada, kenji] = await colleagues(browser, demo);
});

afterAll(async () => {
  await browser?.close();
});

/** As the page itself would ask. */
async function change(page: Page, path: string, data: object = {}): Promise<unknown> {
  const session = await page.request.get(`${demo.url}/api/v1/session`);
  const { csrf } = (await session.json()) as { csrf: string };
  const headers = { "x-tieout-csrf": csrf };
  const answer = await page.request.post(`${demo.url}/api/v1${path}`, { headers, data });
  expect(answer.status(), path).toBe(200);
  return answer.json();
}

interface Looks {
  readonly looks: readonly { readonly done: boolean; readonly openCount: number }[];
}

/** Has the books looked at now; how many differences are open then. */
async function openDrift(page: Page): Promise<number> {
  const answer = (await change(page, "/observations", { target: "netsuite-us" })) as Looks;
  const [look] = answer.looks;
  if (look?.done !== true) throw new Error(`not looked at: ${JSON.stringify(answer)}`);
  return look.openCount;
}

const chip = (page: Page, name: string | RegExp) =>
  page.getByRole("group", { name: "Whose cases" }).getByRole("button", { name });

describe("who works on a case", () => {
  it("takes it with a key, finds it under mine, and gives it to another", async () => {
    const { page } = ada;
    await openCase(page, /: tax /);
    await page.keyboard.press("a");
    await page.locator("dl.facts dd", { hasText: "Ada Meyer" }).waitFor();
    await chip(page, "Mine").click();
    const causes = page.getByRole("list", { name: "Causes" });
    await expect.poll(() => causes.getByText("1 case", { exact: true }).count()).toBe(1);
    await ada.picture("queue-mine");
    expect(await ada.findings()).toEqual([]);
    await chip(page, "All").click();
    await openCase(page, /: tax /);
    await page.keyboard.press("A");
    await page.getByLabel("Person").selectOption("Kenji Sato");
    await ada.picture("assign");
    expect(await ada.findings()).toEqual([]);
    await page.getByRole("button", { name: "Give it to Kenji Sato" }).click();
    await page.locator("dl.facts dd", { hasText: "Kenji Sato" }).waitFor();
    await chip(page, "Mine").click();
    await page.getByText("You work on no case").waitFor();
    await kenji.page.goto("/queue?view=mine");
    await kenji.page.getByRole("button", { name: /: tax / }).waitFor();
  });

  it("puts it off until a day, out of sight but counted, and brings it back", async () => {
    const { page } = ada;
    await openCase(page, /: tax /);
    await page.keyboard.press("s");
    await page.getByLabel("What is waited for").fill("the books open again on Monday");
    await ada.picture("put-off");
    await page.getByRole("button", { name: "Put it off" }).click();
    await chip(page, "Put off 1").click();
    await page.getByRole("button", { name: /: tax / }).click();
    await page.locator("dl.facts dd", { hasText: "the books open again on Monday" }).waitFor();
    await page.getByRole("button", { name: "Back into the list" }).click();
    await page.getByText("Nothing is put off").waitFor();
  });
});

describe("an invoice whose product is inactive in the books", () => {
  it("is repaired: another item, what would be sent, a second person, and it settles live", async () => {
    const { page } = ada;
    await openCase(page, /item \d+/);
    const object = (await page.locator("dl.facts a").first().getAttribute("title")) ?? "";
    await page.keyboard.press("e");
    await page.getByRole("heading", { name: /^Repair/ }).waitFor();
    const other = page.locator("datalist#alike option").first();
    const to = (await other.getAttribute("value")) ?? "";
    expect(to).toMatch(/^\d+$/);
    // A reference is text as well.
    await page.getByLabel(/^Its id in netsuite/).fill(SCRIPT.replaceAll(" ", "/"));
    await page.getByRole("button", { name: "Show what would be sent" }).click();
    await page.getByRole("row").filter({ hasText: "onerror" }).first().waitFor();
    await page.getByLabel(/^Its id in netsuite/).fill(to);
    await page.getByLabel("Why").fill("its product goes by this item now");
    await page.getByRole("button", { name: "Show what would be sent" }).click();
    await page.getByText("Dry run, nothing is done yet.").waitFor();
    const changed = page.getByRole("row").filter({ hasText: to });
    expect(await changed.innerText()).toContain("item.id");
    await ada.picture("repair-plan");
    expect(await ada.findings()).toEqual([]);
    await page.getByRole("button", { name: "Propose it" }).click();
    await page.getByText("Another person with the right to approve").waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.goto(`/story?id=${encodeURIComponent(object)}`);
    await page.getByText("Stuck: a person must settle it.").waitFor();

    await kenji.page.goto("/queue");
    await kenji.page.getByRole("button", { name: "What would be sent …" }).click();
    await kenji.page.getByText("Dry run, nothing is done yet.").waitFor();
    await kenji.picture("repair-approve");
    expect(await kenji.findings()).toEqual([]);
    await kenji.page.keyboard.press("Escape");
    await kenji.page.getByRole("button", { name: "Approve", exact: true }).click();
    await kenji.page.getByText("To approve:").waitFor({ state: "hidden" });
    // Ada reloads nothing: the live channel brings it.
    await page.getByText("Everywhere it belongs.").waitFor({ timeout: 60_000 });
    await ada.picture("repair-settled");
  });

  it("offers no repair that would give a document to another customer", async () => {
    const { page } = ada;
    await openCase(page, /: tax /);
    await page.keyboard.press("e");
    await page.getByLabel("What the document names").waitFor();
    const names = await page.getByLabel("What the document names").innerText();
    expect(names).not.toMatch(/customer/i);
    await page.keyboard.press("Escape");
  });
});

describe("an invoice that somebody changed in the books", () => {
  it("is found, may stand as it is after two people said so, and its case is closed", async () => {
    const { page } = ada;
    const number = await editByHand(demo);
    // The books' own search lags by seconds: what was edited just now is found by a later look.
    await expect.poll(() => openDrift(page), { timeout: 30_000, interval: 1000 }).toBe(1);
    await openCase(page, /edited by hand/);
    await page.getByText("Eva Clerk").first().waitFor();
    await ada.picture("edited-by-hand");
    await page.keyboard.press("x");
    await page.getByLabel("Reason").selectOption("corrected-in-target");
    await page.getByLabel("In your own words").fill("agreed with the customer by telephone");
    await page.getByRole("button", { name: "Show the plan" }).click();
    await page.getByText("A later change of it opens a new case.").waitFor();
    await ada.picture("accept-plan");
    expect(await ada.findings()).toEqual([]);
    await page.getByRole("button", { name: "Propose it" }).click();
    await page.getByText("Another person with the right to approve").waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.getByText("You proposed it; another person must decide.").waitFor();

    await kenji.page.goto("/queue");
    await kenji.page.getByText("agreed with the customer by telephone").waitFor();
    await kenji.page.getByRole("button", { name: "Approve", exact: true }).click();
    await kenji.page.getByText("To approve:").waitFor({ state: "hidden" });
    // Whoever looks again finds what was accepted, and nothing to tell.
    expect(await openDrift(page)).toBe(0);
    const rows = page.getByRole("button", { name: /edited by hand/ });
    await expect.poll(() => rows.count()).toBe(0);
    expect(number).toMatch(/^INV/);
  });
});

describe("a script that somebody stored", () => {
  it("is text: as a customer's name and as a line of an invoice", async () => {
    const { page } = ada;
    const invoice = await billScripts(demo);
    await page.goto(`/story?id=${encodeURIComponent(`stripe-us/invoice/${invoice}`)}`);
    const shown = page.getByText(SCRIPT).first();
    for (let tries = 0; tries < 60 && (await shown.count()) === 0; tries += 1) {
      await page.waitForTimeout(1000);
      await page.reload();
      await page.waitForTimeout(500);
    }
    await shown.waitFor();
    await ada.picture("story-script");
    await page.goto(`/search?q=${encodeURIComponent("onerror alert")}`);
    await page.getByText(SCRIPT).first().waitFor();
    await page.goto(`/events?subject=${encodeURIComponent(`stripe-us/invoice/${invoice}`)}`);
    await page.locator(".long-row").first().click();
    await page.getByText(`memo ${SCRIPT}`).first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => (globalThis as { wounded?: boolean }).wounded)).toBe(
      undefined,
    );
    expect(await page.locator("img[src='x']").count()).toBe(0);
    expect(ada.complaints).toEqual([]);
  });
});

describe("a password", () => {
  it("is lost, set by an administrator's link once, and changed by its person", async () => {
    const { page } = ada;
    const { path } = (await change(page, "/users/kenji/reset-password")) as { path: string };
    await kenji.page.goto("/queue");
    await kenji.page.getByRole("heading", { name: "Sign in" }).waitFor();

    const { password: old } = accountOf(demo, "kenji");
    await kenji.page.goto(path);
    await kenji.page.getByRole("heading", { name: "New password" }).waitFor();
    expect(kenji.page.url()).toBe(`${demo.url}/reset`);
    await kenji.picture("reset");
    expect(await kenji.findings()).toEqual([]);
    await setPassword(kenji.page, "Set the password", "a new one for Kenji");
    await kenji.page.getByText("The password of kenji is set.").waitFor();
    await kenji.page.goto("/queue");
    await kenji.page.goto(path);
    await setPassword(kenji.page, "Set the password", "somebody else's word");
    await kenji.page.getByText("This link was used, replaced or is over.").waitFor();

    await kenji.page.goto("/queue");
    await signIn(kenji.page, { login: "kenji", password: "a new one for Kenji" });
    await kenji.page.getByRole("button", { name: /signed in as Kenji/ }).click();
    await kenji.page.getByRole("button", { name: "Change password …" }).click();
    await kenji.page.getByLabel("Present password").fill("not this one at all");
    await setPassword(kenji.page, "Change it", old);
    await kenji.page.getByText("The present password is another one.").waitFor();
    await kenji.page.getByLabel("Present password").fill("a new one for Kenji");
    await setPassword(kenji.page, "Change it", old);
    await kenji.page.getByText("It is changed.").waitFor();
    await kenji.picture("password");
    expect(await kenji.findings()).toEqual([]);
    await kenji.page.getByRole("button", { name: "Close", exact: true }).last().click();
    await kenji.page.getByRole("heading", { name: "Queue" }).waitFor();
  });
});

async function setPassword(page: Page, word: string, password: string): Promise<void> {
  await page.getByLabel(/^New password/).fill(password);
  await page.getByLabel("The same again").fill(password);
  await page.getByRole("button", { name: word }).click();
}
