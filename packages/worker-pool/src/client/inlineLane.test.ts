import { createResult, type WorkerSource } from "@tokenmill/core";
import { createPool, type PoolOptions } from "@tokenmill/worker-pool";
import { describe, expect, it } from "vitest";

const slots = 32;

const source: WorkerSource = {
  kind: "worker",
  name: "where",
  vocabSize: 4,
  dtype: "f32",
  tablesBytes: 0,
  worker: { moduleUrl: new URL("../testing/whereRows.mjs", import.meta.url).href, options: {}, runsInline: true },
};

/** Runs batches, given as milliseconds a row; says how many rows of each the calling thread did, and that they are its first. */
async function rowsDoneHere(options: PoolOptions, batches: readonly number[], rowsPerFlush = slots): Promise<number[]> {
  const pool = await createPool({ source, workers: 2, slots, arenaBytes: 4096, ...options });
  const job = { plan: pool.compile({ temperature: 0 }), history: pool.openHistory([], 1)!, seed: 1n, sequenceId: 1n };
  const result = createResult(pool.maxLogprobs);
  const acquired = Array.from({ length: slots }, () => pool.acquire());
  const counts: number[] = [];
  for (const position of batches) {
    acquired.forEach((slot, i) => {
      pool.submit(slot, { ...job, position, writeRow: true });
      if ((i + 1) % rowsPerFlush === 0) pool.flush();
    });
    for (let left = slots; left > 0; ) left -= (await pool.completed()).length;
    const tokens = acquired.map((slot) => {
      pool.readResult(slot, result);
      return result.tokenId;
    });
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    counts.push(tokens.filter((token) => token === 0).length);
  }
  await pool.close();
  return counts;
}

describe("the calling thread", () => {
  it("does batches that are expected to be quick, once the workers have shown it", async () => {
    expect(await rowsDoneHere({ inlineMs: 1000 }, [0, 0, 0])).toEqual([0, 32, 32]);
  });

  it("does batches of up to inlineRows, once rows of their params are known to take less than 1 ms", async () => {
    expect(await rowsDoneHere({ inlineRows: 32, inlineMs: 0 }, [0.1, 0.1, 2, 2, 2, 0])).toEqual([0, 32, 32, 0, 0, 0]);
  });

  it("writes no row of a source that does not say that its writer may run there", async () => {
    const { runsInline: _, ...worker } = source.worker;
    expect(await rowsDoneHere({ source: { ...source, worker }, inlineMs: 1000 }, [0, 0])).toEqual([0, 0]);
    expect(await rowsDoneHere({ source: { ...source, worker }, workers: 0 }, [0])).toEqual([32]);
  });

  it("does none with inlineRows 0, and none that is expected to take longer than inlineMs", async () => {
    expect(await rowsDoneHere({ inlineRows: 0, inlineMs: 1000 }, [0, 0, 0])).toEqual([0, 0, 0]);
    expect(await rowsDoneHere({ inlineMs: 0 }, [0, 0])).toEqual([0, 0]);
    expect(await rowsDoneHere({ inlineMs: 20 }, [1, 1])).toEqual([0, 0]);
  });

  it("hands a batch that takes twice inlineMs after all to the workers, and keeps away from the next", async () => {
    expect(await rowsDoneHere({ inlineMs: 100 }, [0, 0, 15, 15])).toEqual([0, 32, 16, 0]);
  });

  it("leaves to the workers what is flushed while other rows are in flight", async () => {
    expect(await rowsDoneHere({ inlineMs: 1000 }, [0, 0], 8)).toEqual([0, 8]);
  });

  it("does everything without workers", async () => {
    const options = { workers: 0, inlineRows: 0, inlineMs: 0 };
    expect(await rowsDoneHere(options, [0, 0])).toEqual([32, 32]);
    expect(await rowsDoneHere(options, [0, 0], 4)).toEqual([32, 32]);
  });
});
