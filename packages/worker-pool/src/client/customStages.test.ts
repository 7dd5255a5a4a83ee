/** Custom stages in real workers. */
import { createSampler, loadCustomStages, type SamplingParams } from "@tokenmill/core";
import { createPool, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";
import { afterEach, describe, expect, it } from "vitest";
import { createRowWriter } from "../testing/hashRows.mjs";
import { hashSource, patchingParams, runRows } from "../testing/runRows.ts";

const module = new URL("../testing/stages.mjs", import.meta.url).href;
const customStages = { best: module, halve: module, follow: module, faulty: module, lethal: module };

const open: SamplerPool[] = [];
async function start(options: PoolOptions = {}): Promise<SamplerPool> {
  const pool = await createPool({ source: hashSource(), arenaBytes: 2 ** 16, slots: 8, customStages, ...options });
  open.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

/** Edits before and after, which patch the slab's row and the one in scratch. */
const chained = (...names: string[]): SamplingParams => ({
  ...patchingParams,
  chain: ["penalties", "logitBias", "temperature", ...names, "topP"] as NonNullable<SamplingParams["chain"]>,
});

/** The same rows through `createSampler`. */
async function sampleAlone(count: number, params: SamplingParams): Promise<string[]> {
  const sampler = await createSampler({ vocabSize: 300, customStages: await loadCustomStages(customStages) });
  const history = Array.from({ length: 40 }, (_, i) => (i * i * 7) % 300);
  const memory = { buffer: new ArrayBuffer(4096) };
  new Int32Array(memory.buffer).set(history, 512);
  const writeRow = await createRowWriter({ memory, vocabSize: 300, options: {} });
  return Array.from({ length: count }, (_, sequenceId) => {
    const job = { rowOffsetBytes: 0, historyOffsetBytes: 2048, historyLength: 40, position: 0 };
    writeRow({ ...job, sequenceIdLow: sequenceId });
    const draw = { history, promptLength: 40, seed: 5, sequenceId, position: 0 };
    const sampled = sampler.sample(new Float32Array(memory.buffer, 0, 300), params, draw);
    return `ok ${sampled.tokenId} ${sampled.logprob} ${sampled.topTokenIds.slice(0, sampled.topCount).join()}`;
  });
}

describe.each([0, 1, 2])("with %d workers", (workers) => {
  it.each<[SamplingParams]>([
    [chained("custom:best")],
    [{ ...patchingParams, chain: ["custom:halve", "logitBias", "topP"] }],
    [{ ...patchingParams, chain: ["custom:best", "topP", "custom:halve"], logprobsMode: "processed" }],
    [{ ...patchingParams, chain: ["custom:best", "mirostat"], mirostat: 2, mirostatTau: 1 }],
    [{ ...patchingParams, chain: ["penalties", "custom:halve", "custom:best", "minTokens", "topK"], topK: 3 }],
  ])("rows of %o get what the single-thread sampler gives", async (params) => {
    const pool = await start({ workers, inlineRows: 0 });
    expect(await runRows(pool, 60, params)).toEqual(await sampleAlone(60, params));
  });

  it("a stage that throws, breaks, empties or replaces a row fails that row, its neighbours have their tokens", async () => {
    const pool = await start({ workers, inlineRows: 0 });
    const good = await runRows(pool, 200, { chain: ["topK"], topK: 1 });
    const outcomes = await runRows(pool, 200, { chain: ["custom:faulty", "topK"], topK: 1 });
    const kinds = new Set<string>();
    outcomes.forEach((outcome, i) => {
      const id = Number(good[i]!.split(" ")[1]);
      const expected: Record<number, string> = {
        0: `stage_failed: stage "custom:faulty" failed: planted at ${id}`,
        3: 'nan_logits: after "custom:faulty": logits expected numbers, got NaN at index 5',
        6: 'all_tokens_masked: after "custom:faulty": no token can be drawn: every logit is -Infinity, or every token is banned',
        9: 'stage_failed: stage "custom:faulty" failed: expected the logits to be changed in place and nothing returned, got an array of 3',
      };
      expect(outcome).toBe(expected[id % 12] ?? good[i]);
      kinds.add(outcome.split(":")[0]!);
    });
    expect(kinds.size).toBeGreaterThan(5);
    expect(pool.stats().workerDeaths).toBe(0);
  });

  it("a stage sees history, prompt length and position", async () => {
    const pool = await start({ workers, inlineRows: 0 });
    // the last of runRows' prompt of 40 is 39² · 7 mod 300 = 147
    expect(await runRows(pool, 3, { chain: ["custom:follow"] })).toEqual(new Array(3).fill("ok 187 NaN "));
  });
});

it("rows of workers that are killed come out as if nothing had happened", async () => {
  const params = chained("custom:best", "custom:halve", "penalties");
  params.chain = params.chain!.filter((name, i, all) => all.lastIndexOf(name) === i); // penalties after, in scratch
  const quiet = await start({ workers: 2, slots: 64, inlineRows: 0 });
  const expected = await runRows(quiet, 1500, params);
  const pool = await start({ workers: 2, slots: 64, inlineRows: 0 });
  let isRunning = true;
  const killing = (async () => {
    // not for ever: a worker that is always killed while it loads its stages never gets to a row
    for (let i = 0; isRunning && i < 12; i++) {
      await pool.killWorker(i % 2);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const outcomes = await runRows(pool, 1500, params);
  isRunning = false;
  await killing;
  expect(outcomes).toEqual(expected);
  expect(pool.stats().workerDeaths).toBeGreaterThan(0);
});

it("rows whose stage ends every thread fail, and the pool goes on", async () => {
  const pool = await start({ workers: 2, slots: 2, inlineRows: 0 });
  expect(await runRows(pool, 2, { chain: ["custom:lethal"] })).toEqual(
    new Array(2).fill("worker_lost: every worker that took the row died"),
  );
  expect((await runRows(pool, 4)).every((outcome) => outcome.startsWith("ok "))).toBe(true);
});

it("names that no module was given for are refused with the nearest", async () => {
  const pool = await start({ workers: 0 });
  expect(() => pool.compile({ chain: ["custom:halv"] })).toThrow(
    'unknown "chain" stage "custom:halv", did you mean "custom:halve"?',
  );
  const plain = await start({ workers: 0, customStages: {} });
  expect(() => plain.compile({ chain: ["custom:halve"] })).toThrow('unknown "chain" stage "custom:halve"');
});

it("modules are paths or URLs; what does not load keeps the pool from starting", async () => {
  const path = "packages/worker-pool/src/testing/stages.mjs";
  const pool = await start({ workers: 1, inlineRows: 0, customStages: { best: path } });
  expect((await runRows(pool, 3, { chain: ["custom:best"] }))[0]).toMatch(/^ok /);
  const bad = (stages: unknown): Promise<SamplerPool> =>
    createPool({ vocabSize: 4, workers: 1, customStages: stages as Record<string, string> });
  await expect(bad({ gone: "./gone.mjs" })).rejects.toThrow(
    /^the workers cannot start: custom stage "gone" cannot be loaded from file:.*gone.mjs: /,
  );
  await expect(bad({ quiet: path })).rejects.toThrow(
    /^the workers cannot start: custom stage "quiet" expected file:.* to export a function "quiet"/,
  );
  await expect(bad({ quiet: 3 })).rejects.toThrow('"customStages.quiet" expected module URL or path, got 3');
  await expect(bad({ quiet: "" })).rejects.toThrow('"customStages.quiet" expected a name, and a module URL or path');
});
