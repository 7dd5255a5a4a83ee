/** Edits patch a row in place: afterwards it has its old bits, also when a worker died before it took its patches back. */
import { describe, expect, it } from "vitest";
import { compileKernels, createMemory, instantiateKernels } from "../instantiate.ts";
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PLAN,
  JOB_UNDO_COUNT,
  RESULT_TOKEN_ID,
  STATUS_NAN,
  STATUS_OK,
  UNDO_CAPACITY,
} from "../layout.ts";
import { compileParams } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
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
  { patches: UNDO_CAPACITY, params: { bannedTokenIds: upTo(UNDO_CAPACITY) }, history: [] },
  { patches: UNDO_CAPACITY + 1, params: { bannedTokenIds: upTo(UNDO_CAPACITY + 1) }, history: [] },
  {
    patches: 3 * UNDO_CAPACITY,
    params: {
      bannedTokenIds: upTo(UNDO_CAPACITY),
      logitBias: new Map(upTo(UNDO_CAPACITY).map((id) => [id + 500, id % 7])),
      frequencyPenalty: 0.5,
    },
    history: upTo(UNDO_CAPACITY).map((id) => id + 900),
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
    const words = new Int32Array(memory.buffer);
    const row = new Float32Array(memory.buffer, at.row, vocabSize);
    row.set(logits);
    const plan = compileParams(params, { vocabSize, maxLogprobs: 0 });
    new Uint8Array(memory.buffer, at.plan, plan.bytes.length).set(plan.bytes);
    words[(at.job + JOB_PLAN) >> 2] = at.plan;
    words[(at.job + JOB_HISTORY) >> 2] = at.history;
    words[(at.job + JOB_HISTORY_LENGTH) >> 2] = 1;
    words[at.history >> 2] = 5;
    const sample = (): number =>
      kernels.sample_row(at.row, 0, vocabSize, at.job, at.undo, at.plan, at.result, at.workspace);
    return { row, words, sample };
  }

  it("is restored before it is sampled again, the last patch first", async () => {
    const logits = gaussianRow(vocabSize, 2, 6);
    const { row, words, sample } = await setUp(logits, { repetitionPenalty: 1.5 });
    expect(sample()).toBe(STATUS_OK);
    const expected = words[(at.result + RESULT_TOKEN_ID) >> 2];
    // patched twice at 5, once at 9: as a worker leaves it that dies before it takes them back
    const bits = new Int32Array(row.buffer, row.byteOffset, vocabSize);
    const log = words.subarray(at.undo >> 2);
    log.set([5, bits[5]!, 9, bits[9]!]);
    row[5] = 100;
    log.set([5, bits[5]!], 4);
    row[5] = Number.NaN;
    row[9] = -Infinity;
    words[(at.job + JOB_UNDO_COUNT) >> 2] = 3;
    expect(sample()).toBe(STATUS_OK);
    expect(words[(at.result + RESULT_TOKEN_ID) >> 2]).toBe(expected);
    expect(words[(at.job + JOB_UNDO_COUNT) >> 2]).toBe(0);
    expect(Array.from(row)).toEqual(Array.from(logits));
  });

  it("has no entries left after a row that failed", async () => {
    const logits = gaussianRow(vocabSize, 2, 6);
    logits[4000] = Number.NaN;
    const { words, sample } = await setUp(logits, { repetitionPenalty: 1.5 });
    expect(sample()).toBe(STATUS_NAN);
    expect(words[(at.job + JOB_UNDO_COUNT) >> 2]).toBe(0);
  });
});
