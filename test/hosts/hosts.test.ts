/** The cheap part of `npm run hosts`: both builds in this Node, and a browser; and what a page has to load. */
import { gzipSync } from "node:zlib";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { build } from "vite";
import { hosts, type Ran } from "./hosts.ts";

const count = 500;
const run = (name: string, options: object = {}): Promise<Ran> => {
  const { run: start, path } = hosts.find((host) => host.name === name)!;
  return start(path!, { count, ...options });
};
const isHere = (name: string): boolean => hosts.some((host) => host.name === name && host.path !== undefined);

describe("tokens, log-probabilities, states, distributions and refusals", { timeout: 120_000 }, () => {
  it("are the same bits in the SIMD and the scalar build", async () => {
    const simd = await run("this Node");
    expect(await run("this Node", { variant: "scalar" })).toEqual(simd);
    expect(simd.cases).toBeGreaterThan(2000);
    // Another case more is another hash.
    expect((await run("this Node", { count: count + 1 })).hash).not.toBe(simd.hash);
  });

  it.runIf(isHere("Chromium") || process.env["CI"])("are the same bits in Chromium", async () => {
    const { version: _, ...chromium } = await run("Chromium");
    expect(await run("this Node")).toMatchObject(chromium);
  });
});

describe("a page with @tokenmill/core", () => {
  /** Of the files that a page with a sampler loads, with gzip. */
  async function loadedBytes(): Promise<number> {
    const directory = mkdtempSync(join(tmpdir(), "tokenmill-page-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const entry = join(import.meta.dirname, "page.js");
    const output = { entryFileNames: "[name].js", chunkFileNames: "[name].js" };
    await build({
      configFile: false,
      logLevel: "error",
      build: { outDir: directory, rolldownOptions: { input: entry, output }, modulePreload: false },
    });
    const scalar = readdirSync(directory).filter((name) => name.includes("scalar"));
    // Only hosts without vectors load it.
    expect(scalar).toHaveLength(1);
    return readdirSync(directory)
      .filter((name) => name.endsWith(".js") && !scalar.includes(name))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(directory, name)), { level: 9 }).length, 0);
  }

  it("loads at most 47.2 kB", async () => {
    expect(await loadedBytes()).toBeLessThanOrEqual(47_200);
  });
});
