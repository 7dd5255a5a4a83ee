import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { describe, expect, it, vi } from "vitest";
import { hashSource, runRows } from "../testing/runRows.ts";

// threads start five times before they are given up, on however busy a machine
vi.setConfig({ testTimeout: 120_000 });

/** Waits until the pool has counted that many deaths. */
async function deaths(pool: SamplerPool, count: number): Promise<void> {
  while (pool.stats().workerDeaths < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Threads of piscina, and of a file that a bundled program names. */
const kinds = [
  { of: "piscina", options: {} },
  { of: "one file", options: { workerUrl: new URL("../../dist/threads/threadMain.js", import.meta.url) } },
] as const;

describe.each(kinds)("workers of $of that cannot start", ({ options }) => {
  const starts = [
    ["throw", "the workers cannot start: no model here"],
    ["throwNull", "the workers cannot start: null"],
    ["throwFunction", "the workers cannot start: () => undefined"],
    ["throwLater", "the workers cannot start: too late"],
    ["exit", "the workers cannot start: worker exited with code: 3"],
  ] as const;
  it.each(starts)("because their source does %s are reported", async (start, message) => {
    const created = createPool({ ...options, source: hashSource({ start }), workers: 2, slots: 2, arenaBytes: 4096 });
    await expect(created).rejects.toThrow(message);
  });

  it("for lack of a source module, its export, or a row writer are reported with the module named", async () => {
    const source = hashSource();
    const withModule = (moduleUrl: string) =>
      createPool({
        ...options,
        source: { ...source, worker: { moduleUrl, options: {} } },
        workers: 1,
        arenaBytes: 4096,
      });
    await expect(withModule("file:///nowhere/at/all.mjs")).rejects.toThrow(/Cannot find module.*nowhere/);
    const noExport = 'source module expected an export "createRowWriter", data:text/javascript,export{} has none';
    await expect(withModule("data:text/javascript,export{}")).rejects.toThrow(noExport);
    const noFunction = hashSource({ start: "noFunction" });
    await expect(createPool({ ...options, source: noFunction, workers: 1, arenaBytes: 4096 })).rejects.toThrow(
      /hashRows.mjs expected to give a function, got object/,
    );
  });
});

it("a file of threads that fails rejects the pool with its error, and leaves the process alone", async () => {
  const workerUrl = new URL("../testing/brokenThread.mjs", import.meta.url);
  const created = createPool({ workerUrl, vocabSize: 8, workers: 1, arenaBytes: 4096 });
  await expect(created).rejects.toThrow("the workers cannot start: no thread here");
});

describe.each(kinds)("workers of $of that die", ({ options }) => {
  it("are replaced, also when they die before they are ready, ten times in a row", async () => {
    const pool = await createPool({
      ...options,
      source: hashSource(),
      workers: 1,
      slots: 4,
      arenaBytes: 4096,
      inlineRows: 0,
    });
    const expected = await runRows(pool, 8);
    for (let kill = 0; kill < 10; kill++) {
      await pool.killWorker(0);
      await new Promise((resolve) => setTimeout(resolve, 2 * kill));
    }
    expect(await runRows(pool, 8)).toEqual(expected);
    expect(pool.stats().workerDeaths).toBeGreaterThan(0);
    await pool.close();
  });

  it("all at the same time, more than may fail to start, are all replaced", async () => {
    const pool = await createPool({
      ...options,
      source: hashSource(),
      workers: 6,
      slots: 12,
      arenaBytes: 4096,
      inlineRows: 0,
    });
    const expected = await runRows(pool, 24);
    await Promise.all([0, 1, 2, 3, 4, 5].map((index) => pool.killWorker(index)));
    await deaths(pool, 6);
    expect(await runRows(pool, 24)).toEqual(expected);
    await pool.close();
  });
});

describe.each(kinds)("a closed pool with workers of $of", ({ options }) => {
  it("leaves no thread, handle or timer behind, and its workers use no CPU time while they wait", async () => {
    const program = fileURLToPath(new URL("../testing/exitAlone.mjs", import.meta.url));
    const args = [program, ...("workerUrl" in options ? [options.workerUrl.href] : [])];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 100_000 });
    const { left, idleCpuMs, deaths } = JSON.parse(stdout) as { left: string[]; idleCpuMs: number; deaths: number };
    expect(left).toEqual([]);
    expect(deaths).toBe(1);
    // Two workers that span would take 2,000; a host that polls every millisecond some 30.
    expect(idleCpuMs).toBeLessThan(500);
  });
});
