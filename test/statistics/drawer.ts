/** Draws many tokens from one row through the kernel, as a pool's worker does: only the job record changes. */
import { compileParams, createResult, type SampleResult, type SamplingParams } from "@tokenmill/core";
import {
  compileKernels,
  createMemory,
  DOMAIN_XTC,
  instantiateKernels,
  type Kernels,
  paddedLengthOf,
  placeJob,
  readResult,
  type RecordViews,
  uniformOf,
  viewsOf,
  writeJob,
} from "@tokenmill/core/internal";

const at = { job: 1024, undo: 2048, result: 16384, plan: 20480, row: 65536 } as const;

export interface Drawer {
  readonly vocabSize: number;
  /** One token; all numbers below 2^32. */
  draw(position: number, sequenceId?: number, seed?: number): number;
  /** The first uniform of an attempt to draw, the first one of domain 0 unless said otherwise. */
  uniform(position: number, sequenceId?: number, seed?: number, domain?: number, attempt?: number): number;
  /** Tokens counted over sequences 0 … and positions 0 … 999 of each. */
  count(draws: number, seed?: number): Float64Array;
}

export const coinDomain: number = DOMAIN_XTC;

export async function createDrawer(logits: Float32Array, params: SamplingParams): Promise<Drawer> {
  const vocabSize = logits.length;
  const padded = paddedLengthOf(vocabSize);
  const module = await compileKernels();
  const probe = await instantiateKernels(module, createMemory(65536));
  const workspace = at.row + padded * 4;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(module, memory);
  new Float32Array(memory.buffer, at.row, padded).fill(-Infinity).set(logits);
  const plan = compileParams(params, { vocabSize, maxLogprobs: 0 });
  if (plan.bytes.length > at.row - at.plan) throw new RangeError("the plan does not fit");
  new Uint8Array(memory.buffer, at.plan, plan.bytes.length).set(plan.bytes);
  const views = viewsOf(memory);
  placeJob(views, at.job, { row: at.row, dtype: "f32", vocabSize, undo: at.undo, result: at.result });
  return new KernelDrawer(kernels, views, vocabSize, workspace);
}

class KernelDrawer implements Drawer {
  readonly vocabSize: number;
  readonly #kernels: Kernels;
  readonly #views: RecordViews;
  readonly #workspace: number;
  readonly #result: SampleResult = createResult(0);

  constructor(kernels: Kernels, views: RecordViews, vocabSize: number, workspace: number) {
    this.vocabSize = vocabSize;
    this.#kernels = kernels;
    this.#views = views;
    this.#workspace = workspace;
  }

  draw(position: number, sequenceId = 0, seed = 0): number {
    const draw = { plan: at.plan, history: 0, historyLength: 0, promptLength: 0 };
    writeJob(this.#views, at.job, { ...draw, seed, sequenceId, position });
    this.#kernels.sample_row(at.job, this.#workspace);
    readResult(this.#views, at.result, this.#result);
    if (this.#result.status !== "ok") throw new Error(this.#result.message);
    return this.#result.tokenId;
  }

  uniform(position: number, sequenceId = 0, seed = 0, domain = 0, attempt = 0): number {
    return uniformOf({ seed, sequenceId, position }, domain, attempt);
  }

  count(draws: number, seed = 0): Float64Array {
    const counts = new Float64Array(this.vocabSize);
    for (let i = 0; i < draws; i++) counts[this.draw(i % 1000, Math.floor(i / 1000), seed)]!++;
    return counts;
  }
}
