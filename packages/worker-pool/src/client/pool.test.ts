import { createResult, createSampler } from "@tokenmill/core";
import { createPool, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";
import { afterEach, describe, expect, it } from "vitest";
import { hashSource, type Outcome, patchingParams, runRows } from "../testing/runRows.ts";

const open: SamplerPool[] = [];
async function start(options: PoolOptions): Promise<SamplerPool> {
  const pool = await createPool({ arenaBytes: 2 ** 16, ...options });
  open.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

/** A pool with rows that stand in the slab already, and one job for them. */
async function startBare(options: PoolOptions) {
  const pool = await start({ vocabSize: 64, ...options });
  const plan = pool.compile({ temperature: 0 });
  const history = pool.openHistory([], 1)!;
  return { pool, job: { plan, history, seed: 1n, sequenceId: 2n, position: 0, writeRow: false } };
}

describe("plans and histories", () => {
  it("of another pool, and released ones, are refused", async () => {
    const [{ pool, job }, other] = [
      await startBare({ workers: 0, slots: 1 }),
      await startBare({ workers: 0, slots: 1 }),
    ];
    const slot = pool.acquire();
    pool.row(slot).fill(0);
    const refused = (name: string): RangeError =>
      new RangeError(
        `"${name}" expected one that this pool ${name === "plan" ? "compiled" : "opened"} and that is not released`,
      );
    expect(() => pool.submit(slot, { ...job, plan: other.job.plan })).toThrow(refused("plan"));
    expect(() => pool.submit(slot, { ...job, plan: { ...job.plan } })).toThrow(refused("plan"));
    expect(() => pool.submit(slot, { ...job, history: other.job.history })).toThrow(refused("history"));
    const { offsetBytes, length, promptLength } = job.history;
    expect(() => pool.submit(slot, { ...job, history: { offsetBytes, length, promptLength } })).toThrow(
      refused("history"),
    );
    const beginning = job.history.beginning(0);
    pool.submit(slot, { ...job, history: beginning });
    await pool.completed();
    job.history.release();
    expect(() => pool.submit(slot, job)).toThrow(refused("history"));
    expect(() => pool.submit(slot, { ...job, history: beginning })).toThrow(refused("history"));
    const again = pool.compile({ temperature: 0 });
    job.plan.release();
    const history = pool.openHistory([], 1)!;
    expect(() => pool.submit(slot, { ...job, history })).toThrow(refused("plan"));
    pool.submit(slot, { ...job, plan: again, history });
    expect(await pool.completed()).toEqual([slot]);
  });
});

describe("a withheld slot", () => {
  it("is free once, when all that may write to it have settled, by rejecting too", async () => {
    const { pool } = await startBare({ workers: 0, slots: 2 });
    const slot = pool.acquire();
    let resolve = (): void => {};
    let reject = (_reason: Error): void => {};
    pool.withhold(slot, new Promise<void>((settle) => (resolve = settle)));
    pool.withhold(slot, new Promise<void>((_, settle) => (reject = settle)));
    pool.release(slot);
    resolve();
    await new Promise(setImmediate);
    expect(pool.freeSlots).toBe(1);
    reject(new Error("the thread is gone"));
    await new Promise(setImmediate);
    expect(pool.freeSlots).toBe(2);
  });
});

describe("close", () => {
  it.each([-1, Number.NaN, Infinity, 2 ** 31])("refuses a timeout of %f ms, and leaves the pool open", async (ms) => {
    const { pool } = await startBare({ workers: 0, slots: 1 });
    await expect(pool.close(ms)).rejects.toThrow('"timeoutMs" expected number in [0, 2147483647]');
    expect(pool.acquire()).toBe(0);
  });
});

describe("results", () => {
  it("are the same for 0, 1, 2 and 4 workers, 1 to 64 slots, the inline lane, and both kernel variants", async () => {
    const cases: PoolOptions[] = [
      { workers: 0, slots: 16 },
      { workers: 1, slots: 1, inlineRows: 0 },
      { workers: 1, slots: 5, inlineRows: 5 },
      { workers: 2, slots: 64, inlineRows: 0 },
      { workers: 2, slots: 3, spinLimit: 0 },
      { workers: 4, slots: 16, variant: "scalar" },
    ];
    const outcomes: Outcome[][] = [];
    for (const options of cases) {
      const pool = await start({ source: hashSource(), ...options });
      outcomes.push(await runRows(pool, 150));
      expect(pool.stats()).toEqual({ rowsSampled: 150, workerDeaths: 0, rowsRetried: 0, rowTimeouts: 0 });
      expect(pool.freeSlots).toBe(options.slots);
    }
    for (const outcome of outcomes.slice(1)) expect(outcome).toEqual(outcomes[0]);
    expect(new Set(outcomes[0]).size).toBeGreaterThan(140);
    expect(outcomes[0]!.every((outcome) => outcome.startsWith("ok "))).toBe(true);
  });

  it.each([0, 2])("that are bad fail their row alone, with %d workers", async (workers) => {
    const faults = { 3: "nan", 11: "infinity", 12: "masked", 20: "throw", 21: "promise", 22: "throwNothing" } as const;
    const good = await runRows(await start({ source: hashSource(), workers, slots: 8 }), 40);
    const pool = await start({ source: hashSource({ faults }), workers, slots: 8 });
    const outcomes = await runRows(pool, 40);
    const expected: unknown[] = [...good];
    expected[3] = expect.stringMatching(/^nan_logits: logits expected numbers, got NaN at index 1$/);
    expected[11] = expect.stringMatching(/^positive_infinity_logits: .* got Infinity at index 1$/);
    expected[12] = expect.stringMatching(/^all_tokens_masked: /);
    expected[20] = `source_failed: planted source error: ${"😀".repeat(121)}`; // 508 bytes, whole characters
    expected[21] = expect.stringMatching(/^source_failed: row writer expected to be synchronous, got a promise$/);
    expected[22] = expect.stringMatching(/^source_failed: an error without a text$/);
    expect(outcomes).toEqual(expected);
    expect(pool.stats().workerDeaths).toBe(0);
  });

  it("come back for every batch size from 0 to all slots, each slot once", async () => {
    for (const workers of [0, 1, 2]) {
      const { pool, job } = await startBare({ workers, slots: 9 });
      expect(await pool.completed()).toEqual([]);
      for (let size = 1; size <= 9; size++) {
        const slots = Array.from({ length: size }, () => pool.acquire());
        for (const slot of slots) {
          pool.row(slot).fill(0);
          pool.row(slot)[slot] = 1;
          pool.submit(slot, job);
        }
        const done: number[] = [];
        while (done.length < size) done.push(...(await pool.completed()));
        expect(done.toSorted((a, b) => a - b)).toEqual(slots.toSorted((a, b) => a - b));
        const result = createResult(pool.maxLogprobs);
        for (const slot of slots) {
          pool.readResult(slot, result);
          expect(result.tokenId).toBe(slot);
          pool.release(slot);
        }
        expect(await pool.completed()).toEqual([]);
      }
    }
  });

  it("bring log-probabilities of named tokens, as many as the pool has room for", async () => {
    const { pool, job } = await startBare({ vocabSize: 1000, workers: 1, slots: 3, maxLogprobTokenIds: 300 });
    const logprobTokenIds = Array.from({ length: 300 }, (_, i) => 999 - 3 * i);
    const plan = pool.compile({ logprobTokenIds, logprobs: 2 });
    const slots = Array.from({ length: 3 }, () => pool.acquire());
    for (const slot of slots) {
      pool.row(slot).forEach((_, id, row) => (row[id] = Math.sin(id + slot) * 3));
      pool.submit(slot, { ...job, plan });
    }
    let done = 0;
    while (done < slots.length) done += (await pool.completed()).length;
    const sampler = await createSampler({ vocabSize: 1000, maxLogprobTokenIds: 300 });
    for (const slot of slots) {
      const result = createResult(pool.maxLogprobs, pool.maxLogprobTokenIds);
      pool.readResult(slot, result);
      const alone = sampler.sample(pool.row(slot), { logprobTokenIds, logprobs: 2 }, { seed: 1, sequenceId: 2 });
      expect(result.namedCount).toBe(300);
      expect(result.namedLogprobs).toEqual(alone.namedLogprobs);
      expect(result.topLogprobs.slice(0, 2)).toEqual(alone.topLogprobs);
      expect(() => pool.readResult(slot, createResult(20))).toThrow(
        new RangeError('"into" expected room for 300 named tokens, got room for 0'),
      );
    }
    expect(() => pool.compile({ logprobTokenIds: [...logprobTokenIds, 0] })).toThrow(
      new RangeError('"logprobTokenIds" expected at most 300 ids (maxLogprobTokenIds), got an array of 301'),
    );
  });

  it("come back in 20,000 steps of 1 to 6 tiny rows with 2 workers (no ticket is lost or taken twice)", async () => {
    const { pool, job } = await startBare({ vocabSize: 8, workers: 2, slots: 6, inlineRows: 0 });
    const slots = Array.from({ length: 6 }, () => pool.acquire());
    for (const slot of slots) pool.row(slot).fill(0);
    let rows = 0;
    for (let step = 0; step < 20_000; step++) {
      const size = 1 + (step % 6);
      for (let i = 0; i < size; i++) pool.submit(i, job);
      for (let left = size; left > 0; ) left -= (await pool.completed()).length;
      rows += size;
    }
    expect(pool.stats()).toEqual({ rowsSampled: rows, workerDeaths: 0, rowsRetried: 0, rowTimeouts: 0 });
  });

  it("leave the row as it was", async () => {
    for (const workers of [0, 1]) {
      const { pool, job } = await startBare({ workers, slots: 2, inlineRows: 0 });
      const plan = pool.compile({ ...patchingParams, bannedTokenIds: [7] });
      const history = pool.openHistory([1, 2, 3, 3, 5], 5)!;
      const slot = pool.acquire();
      const row = pool.row(slot).map((_, i) => Math.sin(i));
      pool.row(slot).set(row);
      pool.submit(slot, { ...job, plan, history });
      await pool.completed();
      expect(pool.row(slot)).toEqual(row);
    }
  });
});

describe("misuse", () => {
  it("of slots is refused with the slot named", async () => {
    const { pool, job } = await startBare({ workers: 1, slots: 2 });
    const slot = pool.acquire();
    const result = createResult(pool.maxLogprobs);
    const idle = slot === 0 ? 1 : 0;
    for (const bad of [idle, -1, 2, 0.5]) {
      expect(() => pool.row(bad)).toThrow(`slot ${bad} expected to be acquired`);
      expect(() => pool.submit(bad, job)).toThrow(`slot ${bad} expected to be acquired and not in flight`);
      expect(() => pool.readResult(bad, result)).toThrow(`slot ${bad} expected to be acquired and not in flight`);
      expect(() => pool.release(bad)).toThrow(`slot ${bad} expected to be acquired and not in flight`);
    }
    pool.submit(slot, job);
    expect(() => pool.submit(slot, job)).toThrow("not in flight");
    expect(() => pool.release(slot)).toThrow("not in flight");
    expect(() => pool.readResult(slot, result)).toThrow("not in flight");
    expect(await pool.completed()).toEqual([slot]);
    pool.release(slot);
    expect(() => pool.release(slot)).toThrow("expected to be acquired");
    expect(new Set([pool.acquire(), pool.acquire()])).toEqual(new Set([0, 1]));
    expect(pool.acquire()).toBe(-1);
  });

  it("of a job is refused: rows to be written by a pool without a source that could", async () => {
    const { pool, job } = await startBare({ workers: 0, slots: 1 });
    const slot = pool.acquire();
    expect(() => pool.submit(slot, { ...job, writeRow: true })).toThrow(
      '"writeRow" expected false: the pool has no source that writes rows in the workers, got true',
    );
    pool.submit(slot, job);
    expect(await pool.completed()).toEqual([slot]);
  });

  it("of histories is refused: capacity below the prompt or beyond the arena, ids outside the vocabulary", async () => {
    const { pool } = await startBare({ workers: 0, slots: 1, arenaBytes: 4096 });
    expect(() => pool.openHistory([1, 2], 1)).toThrow(`"capacity" expected integer ≥ 2 (the prompt's length), got 1`);
    expect(() => pool.openHistory([], 0)).toThrow('"capacity" expected integer ≥ 1');
    expect(() => pool.openHistory([], "9" as never)).toThrow(TypeError);
    expect(() => pool.openHistory([], 1025)).toThrow('"capacity" expected at most 1024 tokens: raise arenaBytes');
    expect(() => pool.openHistory([0, 64], 2)).toThrow('"prompt[1]" expected token id in [0, 64), got 64');
    expect(pool.openHistory([], 1024)).toBeUndefined();
  });

  it("of killWorker is refused: an index that no worker has", async () => {
    const { pool } = await startBare({ workers: 1, slots: 1 });
    await expect(pool.killWorker(1)).rejects.toThrow('"index" expected integer in [0, 1), the workers, got 1');
    await expect(pool.killWorker("0" as never)).rejects.toThrow(TypeError);
  });
});

describe("close", () => {
  it.each([0, 2])(
    "waits for what was submitted, flushed or not, whose results can be read then; %d workers",
    async (workers) => {
      const { pool, job } = await startBare({ workers, slots: 20, inlineRows: 0 });
      const slots = Array.from({ length: 20 }, () => pool.acquire());
      for (const slot of slots) pool.row(slot).fill(0);
      for (const slot of slots.slice(0, 12)) pool.submit(slot, job);
      pool.flush();
      const waiting = pool.completed();
      for (const slot of slots.slice(12)) pool.submit(slot, job);
      await pool.close();
      const done = [...(await waiting)];
      while (done.length < 20) done.push(...(await pool.completed()));
      expect(await pool.completed()).toEqual([]);
      const result = createResult(pool.maxLogprobs);
      for (const slot of done) {
        pool.readResult(slot, result);
        expect(result.status).toBe("ok");
        pool.release(slot);
      }
      expect(pool.freeSlots).toBe(20);
    },
  );

  it("can be called twice, at once and later; new work is refused afterwards", async () => {
    const { pool, job } = await startBare({ workers: 2, slots: 2 });
    const slot = pool.acquire();
    await Promise.all([pool.close(), pool.close()]);
    await pool.close();
    const calls = [
      () => pool.compile({}),
      () => pool.openHistory([], 1),
      () => pool.acquire(),
      () => pool.submit(slot, job),
    ];
    for (const call of calls) expect(call).toThrow("the pool is closed");
  });

  it("finishes the rows of a worker that is killed while the pool closes", async () => {
    const pool = await start({ source: hashSource(), workers: 2, slots: 64, inlineRows: 0 });
    const outcomes = runRows(pool, 64);
    await Promise.all([pool.killWorker(0), pool.close()]);
    expect((await outcomes).every((outcome) => outcome.startsWith("ok "))).toBe(true);
  });
});
