import { describe, expect, it } from "vitest";
import { JobQueue } from "../ring/queue.ts";
import { RowCost } from "../memory/rowCost.ts";
import { layOutSlab } from "../memory/slab.ts";
import { Watchdog } from "../ring/watchdog.ts";
import { WorkerQueue } from "../ring/workerQueue.ts";

/** Milliseconds from the first row to the last, by a clock of each worker's own that only its rows move. */
function makespanOf(costsMs: readonly number[], workerCount: number): number {
  const slab = layOutSlab({
    vocabSize: 1,
    dtype: "f32",
    slotCount: costsMs.length,
    maxLogprobs: 0,
    maxLogprobTokenIds: 0,
    maxSamplingMask: 0,
    workers: workerCount,
    workspaceBytes: 64,
    tablesBytes: 0,
    arenaBytes: 64,
  });
  const words = new Int32Array(new SharedArrayBuffer(slab.totalBytes));
  const queue = new JobQueue(slab, words, new RowCost(), new Watchdog(Number.POSITIVE_INFINITY, () => {}));
  const workers = Array.from({ length: workerCount }, (_, i) => {
    return { queue: new WorkerQueue(slab, words, i), nowMs: 0, taken: [] as number[], rows: 0, ms: 0 };
  });
  let makespan = 0;
  // the second batch counts: by then the workers know what rows cost
  for (let batch = 0; batch < 2; batch++) {
    for (let slot = 0; slot < costsMs.length; slot++) queue.submit(slot);
    queue.publish();
    for (const worker of workers) worker.nowMs = 0;
    const busy = new Set(workers);
    while (busy.size > 0) {
      // whoever is done first goes on, with one row
      const worker = [...busy].reduce((a, b) => (b.nowMs < a.nowMs ? b : a));
      if (worker.taken.length === 0) {
        if (worker.rows > 0) worker.queue.report(worker.rows, worker.ms);
        worker.rows = 0;
        worker.ms = 0;
        worker.taken = [...worker.queue.taken.subarray(0, worker.queue.take())];
      }
      const isTaken = worker.taken.length > 0;
      const slot = isTaken ? worker.taken.shift()! : worker.queue.steal();
      if (slot < 0) busy.delete(worker);
      else if (!isTaken || worker.queue.claim(slot)) {
        worker.queue.finish(slot);
        worker.rows++;
        worker.ms += costsMs[slot]!;
        worker.nowMs += costsMs[slot]!;
      }
    }
    expect(queue.collect()).toHaveLength(costsMs.length);
    makespan = Math.max(...workers.map(({ nowMs }) => nowMs));
  }
  return makespan;
}

/** 64 rows of which `dear` cost 20 times as much, at pseudo-random places. */
function mixedCosts(cheapMs: number, dear: number, seed: number): number[] {
  const costs = new Array<number>(64).fill(cheapMs);
  let state = seed;
  for (let left = dear; left > 0; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const place = (state >>> 16) % 64;
    if (costs[place] !== cheapMs) continue;
    costs[place] = 20 * cheapMs;
    left--;
  }
  return costs;
}

describe("64 rows whose costs differ 20 times", () => {
  it.each([0.0002, 0.002, 0.02])("the cheap ones %f ms, end within one dear row of an even share", (cheapMs) => {
    for (const workers of [2, 4]) {
      for (const dear of [4, 8, 16, 32]) {
        for (let seed = 0; seed < 50; seed++) {
          const costs = mixedCosts(cheapMs, dear, seed);
          const share = costs.reduce((a, b) => a + b) / workers;
          expect(makespanOf(costs, workers)).toBeLessThanOrEqual(share + 20 * cheapMs + 1e-9);
        }
      }
    }
  });

  it.each([0.0002, 0.002, 0.02])(
    "the cheap ones %f ms, do so too if the dear ones are all in the first taken",
    (cheapMs) => {
      for (const dear of [4, 8, 16, 32]) {
        const costs = mixedCosts(cheapMs, dear, 1).toSorted((a, b) => b - a);
        const share = costs.reduce((a, b) => a + b) / 2;
        expect(makespanOf(costs, 2)).toBeLessThanOrEqual(share + 20 * cheapMs + 1e-9);
      }
    },
  );

  it("the cheap ones 2 µs, take 2 workers on average less than 1.1 times an even share", () => {
    let sum = 0;
    for (let seed = 0; seed < 200; seed++) {
      const costs = mixedCosts(0.002, 8, seed);
      sum += makespanOf(costs, 2) / (costs.reduce((a, b) => a + b) / 2);
    }
    expect(sum / 200).toBeLessThan(1.1);
  });
});
