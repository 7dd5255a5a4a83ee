/** A real browser: Debian's chromium, or the one that CHROMIUM names. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Undefined on a machine without one: there the tests are skipped, except in CI. */
export const chromiumPath: string | undefined =
  places.find((path) => path !== undefined && existsSync(path)) ??
  (process.env["CI"] ? "/usr/bin/chromium" : undefined);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
}
