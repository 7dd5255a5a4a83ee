/** Where everything lies in the memory of a single-thread sampler. */
import { jobBytes } from "../records/job.ts";
import { resultBytes } from "../records/result.ts";
import { paddedLengthOf } from "../records/row.ts";
import { undoBytes } from "../records/undo.ts";
import { customScratchBytes } from "./customChain.ts";
import type { CompleteOptions } from "./samplerOptions.ts";

/** Byte offsets, and what their regions hold. */
export interface SamplerMemory {
  readonly job: number;
  readonly undo: number;
  readonly result: number;
  readonly plan: number;
  readonly planBytes: number;
  readonly history: number;
  readonly mask: number;
  readonly row: number;
  readonly paddedLength: number;
  /** A sparse row, so that the row stays. */
  readonly sparse: number;
  /** Scratch of custom stages, if there are any. */
  readonly custom: number;
  readonly ids: number;
  readonly probs: number;
  readonly workspace: number;
  readonly totalBytes: number;
}

/** The largest options that are in range fit into the 4 GiB of a WebAssembly memory, offsets of custom stages into 31 bits. */
export function layOutSampler(options: CompleteOptions, workspaceBytes: number): SamplerMemory {
  const { vocabSize, maxHistory, customStages } = options;
  const paddedLength = paddedLengthOf(vocabSize);
  const planBytes = 65_536 + vocabSize * 16;
  let end = 1024;
  // offsets go beyond 31 bits: no bit operations
  const take = (bytes: number): number => {
    const offset = end;
    end += Math.ceil(bytes / 64) * 64;
    return offset;
  };
  return {
    job: take(jobBytes),
    undo: take(undoBytes),
    result: take(resultBytes(options)),
    plan: take(planBytes),
    planBytes,
    history: take(maxHistory * 4),
    mask: take(maskWords(vocabSize) * 4),
    row: take(paddedLength * 4),
    paddedLength,
    sparse: take(paddedLength * 4),
    custom: take(Object.keys(customStages).length > 0 ? customScratchBytes(paddedLength) : 0),
    ids: take(paddedLength * 4),
    probs: take(paddedLength * 8),
    workspace: take(workspaceBytes),
    totalBytes: end,
  };
}

/** Words of a token mask. */
export const maskWords = (vocabSize: number): number => (vocabSize + 31) >> 5;
