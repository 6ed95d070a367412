/** A person before the screen: goes to pages, is shown them, and axe looks over the shoulder. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { rootUrl } from "../support/root.ts";
import type { DemoAccount, DemoPlace } from "./demo-stage.ts";
import { accountOf } from "./demo-stage.ts";

export const screenshots = fileURLToPath(new URL("test/console/screenshots-out", rootUrl));

export type Theme = "light" | "dark";

export interface Screen {
  readonly theme: Theme;
  readonly width: number;
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: errors of pages, refused loads, policy violations. */
  readonly complaints: readonly string[];
  /** Serious and critical findings of axe, in one line each. */
  findings(): Promise<readonly string[]>;
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The session view is asked for before one is signed in, and says 401. */
const EXPECTED = /status of 401/;

export async function visit(browser: Browser, url: string, screen: Screen): Promise<Visitor> {
  const height = screen.width < 500 ? 844 : 900;
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: screen.theme,
    viewport: { width: screen.width, height },
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith("blob:")) complaints.push(`asked ${asked}`);
  });
  mkdirSync(screenshots, { recursive: true });
  return {
    page,
    context,
    complaints,
    findings: () => findingsOf(page),
    picture: async (name) => {
      const file = `${name}-${screen.theme}-${screen.width}.png`;
      await page.screenshot({ path: path.join(screenshots, file), fullPage: true });
    },
    close: () => context.close(),
  };
}

/** Injected by the debugger's way, so the content policy stays as it is. */
async function findingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    return inPage.run(document, { resultTypes: ["violations"] });
  });
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

export async function signIn(page: Page, account: DemoAccount): Promise<void> {
  await page.getByLabel("Login").fill(account.login);
  await page.getByLabel("Password").fill(account.password);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Places" }).waitFor();
}

/** Two people at work at once: who proposes, and who may approve. */
export async function colleagues(
  browser: Browser,
  demo: DemoPlace,
): Promise<[ada: Visitor, kenji: Visitor]> {
  const arrive = async (login: string): Promise<Visitor> => {
    const visitor = await visit(browser, demo.url, { theme: "light", width: 1280 });
    await visitor.page.goto("/");
    await signIn(visitor.page, accountOf(demo, login));
    return visitor;
  };
  return [await arrive("ada"), await arrive("kenji")];
}

/** Opens a case of the cause: its only one, or the first of its list. */
export async function openCase(page: Page, cause: RegExp): Promise<void> {
  await page.goto("/queue");
  const row = page.getByRole("button", { name: cause }).first();
  await row.click();
  if (!/\b1 case\b/.test(await row.innerText())) {
    await page.getByRole("list", { name: "Cases" }).getByRole("button").first().click();
  }
  // Of a case, and not of its cause.
  await page.locator("dl.facts dt", { hasText: "Same cause" }).waitFor();
}
