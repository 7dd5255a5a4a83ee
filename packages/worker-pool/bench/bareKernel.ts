/** The same rows without a pool: the kernel alone, on one thread. */
import { compileParams, type SamplingParams } from "@tokenmill/core";
import { bestVariant, compileKernels, createMemory, instantiateKernels, JOB_POSITION } from "@tokenmill/core/internal";
import { fillRow } from "./stepper.ts";

/** Gives a function that samples `batch` rows and returns the microseconds that took. */
export async function openBareKernel(vocabSize: number, batch: number, params: SamplingParams): Promise<() => number> {
  const paddedLength = Math.ceil(vocabSize / 256) * 256;
  const probe = await instantiateKernels(await compileKernels(bestVariant()), createMemory(65_536));
  const job = 1024;
  const undo = 2048;
  const result = 16_384;
  const plan = 32_768;
  const rows = 65_536;
  const workspace = rows + paddedLength * 4 * batch;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(await compileKernels(bestVariant()), memory);
  const rowAt = (i: number): number => rows + i * paddedLength * 4;
  for (let i = 0; i < batch; i++) {
    new Float32Array(memory.buffer, rowAt(i), paddedLength).fill(Number.NEGATIVE_INFINITY);
    fillRow(new Float32Array(memory.buffer, rowAt(i), vocabSize), i);
  }
  new Uint8Array(memory.buffer).set(compileParams(params, { vocabSize, maxLogprobs: 0 }).bytes, plan);
  const words = new Int32Array(memory.buffer);
  return () => {
    words[(job + JOB_POSITION) / 4]!++;
    const start = performance.now();
    for (let i = 0; i < batch; i++) {
      kernels.sample_row(rowAt(i), 0, vocabSize, job, undo, plan, result, workspace);
    }
    return (performance.now() - start) * 1000;
  };
}
