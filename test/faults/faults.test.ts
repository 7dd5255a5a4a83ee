import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createResult } from "@tokenmill/core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Breaker, type Drill, faultySource, type Outcome, runAll, startDrill } from "./drill.ts";
import { whileKilling } from "./killing.ts";
import { openStandingRows, sampleStandingRows } from "./standingRows.ts";

const sequences = 24;
const tokens = 30;

const open: Drill[] = [];
async function start(...args: Parameters<typeof startDrill>): Promise<Drill> {
  const drill = await startDrill(...args);
  open.push(drill);
  return drill;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((drill) => drill.close()));
});

/** What an undisturbed run gives. */
let undisturbed: Outcome[];
beforeAll(async () => {
  const drill = await startDrill(faultySource());
  undisturbed = await runAll(drill.engine, sequences, tokens);
  if (drill.pool.stats().workerDeaths > 0) throw new Error("a worker died undisturbed");
  await drill.close();
});

/** The undisturbed run, but `sequence` ends at position 3 with `error`. */
function except(sequence: number, error: unknown): Outcome[] {
  return undisturbed.map((outcome, i) => (i === sequence ? [...outcome.slice(0, 3), error as string] : outcome));
}

describe("workers killed from outside", () => {
  it.each([1, 2, 3])("at random times, %d of them, change, lose and double no token", async (workers) => {
    const { pool, engine } = await start(faultySource(), { workers });
    const outcomes = await whileKilling(pool, runAll(engine, sequences, tokens));
    expect(outcomes).toEqual(undisturbed);
    expect(pool.stats().rowsSampled).toBe(sequences * tokens);
    expect(pool.freeSlots).toBe(pool.slotCount);
  });

  it("at random times leave no penalty behind in rows that stand in the slab", async () => {
    const rounds = 80;
    const alone = await openStandingRows(0);
    const expected = await sampleStandingRows(alone, rounds);
    await alone.close();
    const pool = await openStandingRows(2);
    const work = sampleStandingRows(pool, rounds);
    expect(await whileKilling(pool, work)).toEqual(expected);
    expect(pool.stats().rowsRetried).toBeGreaterThan(0);
    await pool.close();
  });

  it("in the middle of a row have that row done again by another", async () => {
    const { pool, engine } = await start(faultySource({ breakers: { 4: "slow", 5: "slow" } }));
    let count = 0;
    const outcomes = await runAll(engine, sequences, 6, () => {
      count++;
      // Twice: a row that loses its third worker is given up.
      if (count === 40 || count === 90) void Promise.all([pool.killWorker(0), pool.killWorker(1)]);
    });
    expect(outcomes).toEqual(undisturbed.map((outcome) => outcome.slice(0, 6)));
    expect(pool.stats().workerDeaths).toBeGreaterThanOrEqual(2);
    expect(pool.stats().rowsRetried).toBeGreaterThan(0);
  });

  it("while the pool closes have their rows finished by their replacements", async () => {
    const { pool, engine } = await start(faultySource({ breakers: { 0: "slow", 1: "slow" } }), { workers: 2 });
    const plan = pool.compile({ temperature: 0 });
    const history = pool.openHistory([], 1)!;
    const slots = [pool.acquire(), pool.acquire()];
    slots.forEach((slot, i) => {
      pool.submit(slot, { plan, history, seed: 1n, sequenceId: BigInt(i), position: 0, writeRow: true });
    });
    pool.flush();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([pool.close(), pool.killWorker(0), pool.killWorker(1)]);
    const result = createResult(pool.maxLogprobs);
    for (let left = 2; left > 0; ) left -= (await pool.completed()).length;
    const states = slots.map((slot) => {
      pool.readResult(slot, result);
      return result.status;
    });
    expect(states).toEqual(["ok", "ok"]);
    await engine.close();
  });
});

describe("a source that breaks its worker", () => {
  it("by process.exit fails its own row alone, after three workers died of it", async () => {
    const { pool, engine } = await start(faultySource({ breakers: { 9: "exit" } }));
    const outcomes = await runAll(engine, sequences, tokens);
    const error = "worker_lost: sequence 9: every worker that took the row died";
    expect(outcomes).toEqual(except(9, error));
    expect(pool.stats().workerDeaths).toBe(3);
    expect(pool.freeSlots).toBe(pool.slotCount);
    // The slot that was given up is as good as any.
    expect(await runAll(engine, 8, 3)).toEqual(undisturbed.slice(0, 8).map((outcome) => outcome.slice(0, 3)));
  });

  it.each(["throwLater", "rejectLater"] as const)(
    "by %s, too late for any row, ends neither pool nor process",
    async (breaker) => {
      const breakers: Record<number, Breaker> = { 2: breaker };
      const drill = await start(faultySource({ breakers }));
      expect(await runAll(drill.engine, sequences, tokens)).toEqual(undisturbed);
      await drill.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  );

  it("by filling its heap fails its own row alone", async () => {
    // The limit holds for the whole process: it is another one, with 64 MB for each thread.
    const program = fileURLToPath(new URL("./outOfMemory.mjs", import.meta.url));
    const args = ["--max-old-space-size=64", program, new URL("./faultyRows.mjs", import.meta.url).href];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
    expect(JSON.parse(stdout)).toEqual({
      statuses: ["ok", "ok", "worker_lost", "ok", "ok", "ok"],
      workerDeaths: 3,
      later: ["ok", "ok"],
    });
  }, 60_000);
});

describe("workers that cannot be replaced", () => {
  it("leave every open and later sequence with an error that says why", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tokenmill-faults-"));
    const goneFile = join(folder, "gone");
    const { pool, engine } = await start(faultySource({ goneFile }));
    let count = 0;
    const outcomes = await runAll(engine, sequences, tokens, () => {
      if (++count !== 50) return;
      writeFileSync(goneFile, "");
      void Promise.all([pool.killWorker(0), pool.killWorker(1)]);
    });
    const reason = "no worker is left: the model is gone";
    outcomes.forEach((outcome, i) => {
      expect(outcome.slice(0, -1)).toEqual(undisturbed[i]!.slice(0, outcome.length - 1));
      expect(outcome.at(-1)).toBe(`worker_lost: sequence ${i}: ${reason}`);
    });
    expect(await runAll(engine, 1, 2)).toEqual([[`worker_lost: sequence 0: ${reason}`]]);
    await rm(folder, { recursive: true });
  });
});
