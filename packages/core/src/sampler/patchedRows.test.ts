/** Edits patch a row in place: afterwards it has its old bits, also when a worker died before it took its patches back. */
import { describe, expect, it } from "vitest";
import { compileKernels, createMemory, instantiateKernels } from "../instantiate.ts";
import { STATUS_NAN, STATUS_OK } from "../layout.ts";
import { compileParams } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { placeJob, writeJob } from "../records/job.ts";
import { readResult } from "../records/result.ts";
import { createResult } from "../records/sampleResult.ts";
import { patchRow, undoCapacity, undoCount } from "../records/undo.ts";
import { viewsOf } from "../records/views.ts";
import { referenceChain } from "../chain/referenceChain.ts";
import { ReferenceRow } from "../reference/referenceRow.ts";
import { variants } from "../testing/createKernels.ts";
import { gaussianRow } from "../testing/random.ts";
import { rowIn } from "../testing/widths.ts";
import { createSampler } from "./sampler.ts";

const vocabSize = 4096;
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Settings by the number of logits that they patch. */
const settings: { patches: number; params: SamplingParams; history: number[] }[] = [
  { patches: 0, params: {}, history: [] },
  { patches: 3, params: { bannedTokenIds: [4095, 0, 77] }, history: [] },
  { patches: 300, params: { repetitionPenalty: 1.3, presencePenalty: 1 }, history: upTo(300) },
  { patches: undoCapacity, params: { bannedTokenIds: upTo(undoCapacity) }, history: [] },
  { patches: undoCapacity + 1, params: { bannedTokenIds: upTo(undoCapacity + 1) }, history: [] },
  {
    patches: 3 * undoCapacity,
    params: {
      bannedTokenIds: upTo(undoCapacity),
      logitBias: new Map(upTo(undoCapacity).map((id) => [id + 500, id % 7])),
      frequencyPenalty: 0.5,
    },
    history: upTo(undoCapacity).map((id) => id + 900),
  },
];

const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

describe.each(kinds)("$variant build, $dtype", ({ variant, dtype }) => {
  it.each(settings)("a row with $patches patches keeps its bits and obeys them", async ({ params, history }) => {
    const sampler = await createSampler({ vocabSize, dtype, variant });
    const { row, values } = rowIn(dtype, gaussianRow(vocabSize, 2, 9));
    // −0 and a masked token are bits that a careless restore loses
    row[77] = dtype === "f32" ? -0 : 0x8000;
    values[77] = -0;
    const bytes = new Uint8Array(sampler.row.buffer, sampler.row.byteOffset, sampler.row.byteLength);
    sampler.row.set(row);
    const before = bytes.slice();
    const reference = new ReferenceRow(values, history);
    referenceChain(reference, params);
    for (const logprobsMode of ["raw", "processed"] as const) {
      const { tokenId } = sampler.sample(undefined, { ...params, logprobs: 3, logprobsMode }, { history });
      expect(bytes).toEqual(before);
      expect(reference.logits[tokenId]).toBeGreaterThan(-Infinity);
    }
    const { tokenIds } = sampler.distribution(undefined, params, { history });
    expect(bytes).toEqual(before);
    expect(Array.from(tokenIds)).toEqual(reference.kept());
  });
});

describe.each(variants)("a row whose worker died in the middle, %s build", (variant) => {
  const at = { job: 1024, undo: 2048, result: 16384, history: 17408, plan: 20480, row: 65536, workspace: 131072 };

  /** Everything in place as a pool lays it out. */
  async function setUp(logits: Float32Array, params: SamplingParams) {
    const memory = createMemory(at.workspace + 256 * 1024);
    const kernels = await instantiateKernels(await compileKernels(variant), memory);
    expect(kernels.workspace_bytes(vocabSize)).toBeLessThanOrEqual(256 * 1024);
    const views = viewsOf(memory);
    const row = new Float32Array(memory.buffer, at.row, vocabSize);
    row.set(logits);
    const plan = compileParams(params, { vocabSize, maxLogprobs: 0 });
    new Uint8Array(memory.buffer, at.plan, plan.bytes.length).set(plan.bytes);
    views.i32[at.history >> 2] = 5;
    placeJob(views, at.job, { row: at.row, dtype: "f32", vocabSize, undo: at.undo, result: at.result });
    writeJob(views, at.job, {
      plan: at.plan,
      history: at.history,
      historyLength: 1,
      promptLength: 0,
      seed: 0,
      sequenceId: 0,
      position: 0,
    });
    const sample = (): number => kernels.sample_row(at.job, at.workspace);
    const tokenId = (): number => {
      const result = createResult(0);
      readResult(views, at.result, result);
      return result.tokenId;
    };
    return { row, views, sample, tokenId };
  }

  it("is restored before it is sampled again, the last patch first", async () => {
    const logits = gaussianRow(vocabSize, 2, 6);
    const { row, views, sample, tokenId } = await setUp(logits, { repetitionPenalty: 1.5 });
    expect(sample()).toBe(STATUS_OK);
    const expected = tokenId();
    // patched twice at 5, once at 9: as a worker leaves it that dies before it undoes them
    const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!;
    patchRow(views, at.job, 5, bitsOf(100));
    patchRow(views, at.job, 9, bitsOf(-Infinity));
    patchRow(views, at.job, 5, bitsOf(Number.NaN));
    expect(Array.from(row.subarray(5, 10))).not.toEqual(Array.from(logits.subarray(5, 10)));
    expect(sample()).toBe(STATUS_OK);
    expect(tokenId()).toBe(expected);
    expect(undoCount(views, at.job)).toBe(0);
    expect(Array.from(row)).toEqual(Array.from(logits));
  });

  it("has no entries left after a row that failed", async () => {
    const logits = gaussianRow(vocabSize, 2, 6);
    logits[4000] = Number.NaN;
    const { views, sample } = await setUp(logits, { repetitionPenalty: 1.5 });
    expect(sample()).toBe(STATUS_NAN);
    expect(undoCount(views, at.job)).toBe(0);
  });
});
