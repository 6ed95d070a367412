/**
 * The Chromium that npm ships, as root or not. The package unpacks itself into the folder for
 * temporary files with mode 0700, so each user needs one of their own; it brings no fonts, so what
 * is read on a screenshot is the font that the console ships.
 */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { chromium as playwright } from "playwright-core";

const ARGUMENTS = [
  "--headless=shell",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchChromium(): Promise<Browser> {
  const own = path.join(tmpdir(), `tieout-chromium-${process.getuid?.() ?? 0}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = own;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const executablePath = await chromium.executablePath();
    return await playwright.launch({ executablePath, headless: true, args: ARGUMENTS });
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
