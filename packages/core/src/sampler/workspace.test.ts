/** Kernels write nothing behind the scratch that `workspace_bytes` asks for. */
import { expect, it } from "vitest";
import { compileKernels, createMemory, instantiateKernels } from "../instantiate.ts";
import { placeJob, writeJob } from "../records/job.ts";
import { undoBytes } from "../records/undo.ts";
import { viewsOf } from "../records/views.ts";
import { compileParams } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";

const chains: readonly SamplingParams[] = [
  { temperature: 0 },
  { temperature: 0.7, logprobs: 5 },
  { topK: 20, topP: 0.9, logprobs: 3, logprobsMode: "processed" },
  { topP: 0.8 },
  { typicalP: 0.8 },
  { minK: true },
  { mirostat: 2 },
  { etaCutoff: 0.01, dynatempRange: 0.2 },
  { repetitionPenalty: 1.2, dryMultiplier: 1, noRepeatNgramSize: 2 },
  { smoothingFactor: 0.2, xtcProbability: 1, tailFree: 0.9 },
];

it.each([
  ["simd", 1],
  ["simd", 300],
  ["simd", 5000],
  ["scalar", 300],
] as const)("%s build, %i tokens", async (variant, vocabSize) => {
  const module = await compileKernels(variant);
  const probe = await instantiateKernels(module, createMemory(65536));
  const [job, mask, result, history, undo, plan, row] = [1024, 2048, 4096, 8192, 12288, 32768, 65536];
  const workspace = row + 4 * Math.ceil(vocabSize / 256) * 256;
  const end = workspace + probe.workspace_bytes(vocabSize);
  const memory = createMemory(end + 65536);
  const kernels = await instantiateKernels(module, memory);
  const bytes = new Uint8Array(memory.buffer);
  const views = viewsOf(memory);
  const words = views.i32;
  expect(undo + undoBytes).toBeLessThanOrEqual(plan);
  words.fill(0x2aaaaaab, mask >> 2, (mask >> 2) + ((vocabSize + 31) >> 5));
  words.set([0, 0, 0, 0], history >> 2);
  bytes.fill(0xa5, end);
  for (const dtype of ["f32", "f16", "bf16"] as const) {
    bytes.fill(0, row, end);
    if (dtype === "f32") new Float32Array(memory.buffer, row, vocabSize).forEach((_, i, all) => (all[i] = i % 17));
    for (const params of chains) {
      const compiled = compileParams(params, { vocabSize, maxLogprobs: 5 });
      bytes.set(compiled.bytes, plan);
      placeJob(views, job, { row, dtype, vocabSize, undo, result });
      for (const maskOffset of [0, mask]) {
        const draw = { plan, history, historyLength: 4, promptLength: 0, seed: 0, sequenceId: 0, position: 0 };
        writeJob(views, job, { ...draw, mask: maskOffset, state: compiled.initialState });
        kernels.sample_row(job, workspace);
      }
    }
  }
  expect(bytes.subarray(end).every((byte) => byte === 0xa5)).toBe(true);
});
