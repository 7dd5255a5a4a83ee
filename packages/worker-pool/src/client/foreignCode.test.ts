/** Stages and row writers that hang, throw and end their thread, with default options: alone, and in company. */
import type { SamplingParams } from "@tokenmill/core";
import { createPool, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";
import { afterEach, describe, expect, it } from "vitest";
import { hashSource, type HashOptions, type Outcome, runRows } from "../testing/runRows.ts";

const module = new URL("../testing/stages.mjs", import.meta.url).href;
const names = ["exit", "hang", "sleep", "throwLater", "throwUnprintable", "fillHeap"];
const customStages = Object.fromEntries(names.map((name) => [name, module]));
const lost = "worker_lost: every worker that took the row died";
const timeout = "row_timeout: the row took longer than rowTimeoutMs, 400 ms";

const open: SamplerPool[] = [];
async function start(options: PoolOptions = {}, source: HashOptions = {}): Promise<SamplerPool> {
  const pool = await createPool({
    source: hashSource(source),
    arenaBytes: 2 ** 16,
    rowTimeoutMs: 400,
    workerHeapBytes: 2 ** 26,
    customStages,
    ...options,
  });
  open.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

const staged = (name: string): SamplingParams => ({ chain: [`custom:${name}`, "topK"], topK: 1 });
const isOk = (outcome: Outcome): boolean => outcome.startsWith("ok ");

describe.each([1, 2])("with %d workers", (workers) => {
  it.each([
    ["exit", lost],
    ["hang", timeout],
    ["sleep", timeout],
    ["throwLater", /^ok /],
    ["throwUnprintable", 'stage_failed: stage "custom:throwUnprintable" failed: an error without a text'],
    ["fillHeap", lost],
  ] as const)("the stage %s has its own row alone to answer for", async (name, outcome) => {
    const pool = await start({ workers, ...(name === "fillHeap" && { rowTimeoutMs: 20_000 }) });
    const [alone] = await runRows(pool, 1, staged(name));
    expect(alone).toMatch(outcome);
    const [own, ...neighbours] = await runRows(pool, 31, (sequence) => (sequence === 0 ? staged(name) : {}));
    expect(own).toMatch(outcome);
    expect(neighbours.every(isOk)).toBe(true);
    expect(pool.freeSlots).toBe(pool.slotCount);
  });
});

it.each(["hang", "exit", "throwNothing"] as const)(
  "a row writer that does %s has its own row alone to answer for",
  async (fault) => {
    const pool = await start({ workers: 2 }, { faults: { 3: fault, 11: fault } });
    const outcomes = await runRows(pool, 40);
    const failed = fault === "hang" ? timeout : fault === "exit" ? lost : "source_failed: an error without a text";
    expect([outcomes[3], outcomes[11]]).toEqual([failed, failed]);
    expect(outcomes.filter(isOk)).toHaveLength(38);
    expect(pool.stats().rowTimeouts).toBe(fault === "hang" ? 2 : 0);
    expect((await runRows(pool, 1)).every(isOk)).toBe(true);
  },
);

describe("a row that hangs", () => {
  it("counts against no other: rows of workers that are ended for it are done, however often that happens", async () => {
    const faults = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [i * 5, "hang" as const]));
    const pool = await start({ workers: 2, rowTimeoutMs: 100 }, { faults });
    const outcomes = await runRows(pool, 30);
    expect(outcomes.filter((outcome) => outcome.startsWith("row_timeout"))).toHaveLength(6);
    expect(outcomes.filter(isOk)).toHaveLength(24);
  });

  it("outside of JavaScript fails too, and its slot is nobody's until the thread has ended", async () => {
    const pool = await start({ workers: 1, slots: 2 }, { faults: { 0: "hangOutside" } });
    expect(await runRows(pool, 1)).toEqual([timeout]);
    expect(pool.freeSlots).toBe(1);
    expect((await runRows(pool, 0)).every(isOk)).toBe(true);
    while (pool.freeSlots < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it("does not hold up close, which fails what is not done", async () => {
    const pool = await start({ workers: 1, slots: 4, rowTimeoutMs: Number.POSITIVE_INFINITY, closeTimeoutMs: 50 });
    const running = runRows(pool, 1, staged("hang"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await pool.close();
    expect(await running).toEqual(["worker_lost: the pool was closed before the row was done"]);
  });
});

it("stages that have ended four workers are out of service, whatever else the params say; others are not", async () => {
  const pool = await start({ workers: 2 });
  expect(await runRows(pool, 2, staged("exit"))).toEqual([lost, lost]);
  const { workerDeaths } = pool.stats();
  const again = await runRows(pool, 5, { ...staged("exit"), topK: 7 });
  for (const outcome of again)
    expect(outcome).toMatch(
      /^quarantined: "custom:exit" ended too many workers lately: rows with it are done again in \d+ s$/,
    );
  expect(pool.stats().workerDeaths).toBe(workerDeaths);
  expect((await runRows(pool, 5, staged("throwLater"))).every(isOk)).toBe(true);
  expect((await runRows(pool, 5)).every(isOk)).toBe(true);
});
