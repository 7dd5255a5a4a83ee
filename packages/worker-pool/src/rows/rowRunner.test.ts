import { compileParams, createResult, type SampleResult, type SamplingParams } from "@tokenmill/core";
import {
  bestVariant,
  compileKernels,
  createMemory,
  instantiateKernels,
  patchRow,
  readResult,
  type RecordViews,
  undoPatches,
  undoCapacity,
  undoCount,
  viewsOf,
  writeJob,
} from "@tokenmill/core/internal";
import { describe, expect, it } from "vitest";
import { RowRunner } from "./rowRunner.ts";
import { jobOf, layOutSlab, placeJobs, resultOf, workspaceOf } from "../memory/slab.ts";
import { patchingParams } from "../testing/runRows.ts";

const vocabSize = 3000;

/** One slot with a row that stands in the slab, a history and a plan, and runners for two workers. */
async function openBench(params: SamplingParams) {
  const module = await compileKernels(bestVariant());
  const probe = await instantiateKernels(module, createMemory(65_536));
  const slab = layOutSlab({
    vocabSize,
    dtype: "f32",
    slotCount: 2,
    maxLogprobs: 5,
    maxLogprobTokenIds: 0,
    maxSamplingMask: 0,
    workers: 2,
    workspaceBytes: probe.workspace_bytes(vocabSize),
    tablesBytes: 0,
    arenaBytes: 65_536,
  });
  const memory = createMemory(slab.totalBytes);
  const views = viewsOf(memory);
  placeJobs(views, slab);
  const row = new Float32Array(memory.buffer, slab.rows + slab.rowBytes, slab.paddedLength);
  row.fill(Number.NEGATIVE_INFINITY);
  for (let id = 0; id < vocabSize; id++) row[id] = 4 * Math.sin(id * id);
  const history = Array.from({ length: 1500 }, (_, i) => (i * 7) % 2000);
  views.i32.set(history, slab.arena / 4);
  const planOffset = slab.arena + 8192;
  new Uint8Array(memory.buffer).set(compileParams(params, { vocabSize, maxLogprobs: 5 }).bytes, planOffset);
  const job = jobOf(slab, 1);
  writeJob(views, job, {
    plan: planOffset,
    history: slab.arena,
    historyLength: history.length,
    promptLength: 0,
    seed: 9,
    sequenceId: 0,
    position: 0,
  });
  const setup = { module, memory, shape: slab, source: undefined };
  const sample = async (workerIndex: number): Promise<SampleResult> => {
    (await RowRunner.create(setup, workerIndex)).run(1);
    const result = createResult(5);
    readResult(views, resultOf(slab, 1), result);
    return result;
  };
  return { slab, views, row, job, sample };
}

/** What a worker leaves that dies after `count` patches, some of the same element. */
function patchHalf({ views, row, job }: { views: RecordViews; row: Float32Array; job: number }, count: number) {
  const bits = new Int32Array(1);
  for (let i = 0; i < count; i++) {
    const id = (i * 11) % 700;
    new Float32Array(bits.buffer)[0] = row[id]! / 1.3 - 1 - i;
    patchRow(views, job, id, bits[0]!);
  }
}

describe("a row whose worker died in the middle of it", () => {
  const counts = [1, 2, 699, undoCapacity];

  it.each(counts)("after %d patches gives what it would have given, and stands as it stood", async (count) => {
    const bench = await openBench(patchingParams);
    const expected = await bench.sample(0);
    expect(expected.status).toBe("ok");
    const row = bench.row.slice();
    patchHalf(bench, count);
    expect(bench.row).not.toEqual(row);
    expect(await bench.sample(1)).toEqual(expected);
    expect(bench.row).toEqual(row);
    expect(undoCount(bench.views, bench.job)).toBe(0);
  });

  it("gives the same on the scratch of the dead worker, whatever that had left there", async () => {
    const bench = await openBench(patchingParams);
    const expected = await bench.sample(0);
    const { slab, views } = bench;
    views.i32.fill(-1, workspaceOf(slab, 0) / 4, (workspaceOf(slab, 0) + slab.workspaceBytes) / 4);
    patchHalf(bench, 20);
    expect(await bench.sample(0)).toEqual(expected);
  });

  it.each(counts)("and that is given up after %d patches stands as it stood", async (count) => {
    const bench = await openBench({});
    const row = bench.row.slice();
    patchHalf(bench, count);
    undoPatches(bench.views, bench.job);
    expect(bench.row).toEqual(row);
    expect(undoCount(bench.views, bench.job)).toBe(0);
    expect((await bench.sample(0)).status).toBe("ok");
  });

  it("needs no undo log beyond its capacity: more patches go into a private copy", async () => {
    const bench = await openBench({ presencePenalty: 0.5 });
    const row = bench.row.slice();
    expect((await bench.sample(0)).status).toBe("ok");
    expect(bench.row).toEqual(row);
  });
});
