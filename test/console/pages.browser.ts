/** Each page in both themes and at both widths: looked at, read by axe, kept within its width. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { accountOf } from "./demo-stage.ts";
import type { Theme, Visitor } from "./visitor.ts";
import { openCase, signIn, visit } from "./visitor.ts";

const demo = inject("demo");
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
});

interface Walk {
  readonly name: string;
  readonly path: string;
  readonly sees: string | RegExp;
}

const walks: readonly Walk[] = [
  { name: "overview", path: "/", sees: "Open cases by age" },
  { name: "search", path: "/search?q=harbor", sees: /Found for/ },
  { name: "queue", path: "/queue", sees: "Choose a cause" },
  { name: "events", path: "/events", sees: /invoice\.(paid|finalized)/ },
  { name: "handoffs", path: "/handoffs?state=excepted", sees: /invoice in_/ },
  { name: "connections", path: "/connections", sees: "Limits" },
  { name: "nothing", path: "/events?type=no.such", sees: "Nothing fits" },
  { name: "unknown-story", path: "/story?id=no-such-id", sees: "No story is known by this id" },
];

const screens = (["light", "dark"] as const).flatMap((theme: Theme) =>
  [1280, 390].map((width) => ({ theme, width })),
);

describe.each(screens)("the console, $theme, $width pixels wide", (screen) => {
  let visitor: Visitor;

  beforeAll(async () => {
    visitor = await visit(browser, demo.url, screen);
  });

  afterAll(async () => {
    await visitor?.close();
  });

  const isWell = async (name: string): Promise<void> => {
    await visitor.picture(name);
    expect(await visitor.findings(), "serious findings of axe").toEqual([]);
    const { page } = visitor;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "pixels that stand out on the right").toBeLessThanOrEqual(0);
  };

  it("signs in and comes back to where one wanted to go", async () => {
    const { page } = visitor;
    await page.goto("/handoffs?state=excepted");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await isWell("sign-in");
    await signIn(page, accountOf(demo, "ada"));
    expect(page.url()).toBe(`${demo.url}/handoffs?state=excepted`);
  });

  it.each(walks)("shows $name", async ({ name, path, sees }) => {
    await visitor.page.goto(path);
    await visitor.page.getByText(sees).first().waitFor();
    await isWell(name);
  });

  it("shows a case with what was sent, and the story of its object", async () => {
    const { page } = visitor;
    // Whatever the walks before have left open of what the target refused.
    await openCase(page, /item \d+|accounting period/);
    await page.getByText("Sent", { exact: true }).first().waitFor();
    await isWell("case");
    await page.getByRole("link", { name: /^Story/ }).click();
    await page.getByRole("heading", { name: "What happened, where" }).waitFor();
    await page.getByRole("img", { name: /What happened to Invoice/ }).waitFor();
    await isWell("story-stuck");
  });

  it("shows raw, canonical and sent side by side", async () => {
    const { page } = visitor;
    await page.goto("/handoffs?target=netsuite-us&state=confirmed");
    await page.locator(".long-row").first().click();
    await page.getByRole("heading", { name: "Canonical, as we keep it" }).waitFor();
    await page.getByText('"specversion"').waitFor();
    await isWell("raw-canonical-sent");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("had nothing to complain about", () => {
    // Addresses that name nothing are answered 404 on purpose.
    const complaints = visitor.complaints.filter((one) => !/status of 404/.test(one));
    expect(complaints).toEqual([]);
  });
});
