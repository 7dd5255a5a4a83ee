/** Draws many tokens from one row through the kernel, as a pool's worker does: only the job record changes. */
import { compileParams, type SamplingParams } from "@tokenmill/core";
import {
  compileKernels,
  createMemory,
  DOMAIN_XTC,
  instantiateKernels,
  JOB_PLAN,
  JOB_POSITION,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
  type Kernels,
  RESULT_TOKEN_ID,
  ROW_PADDING_ELEMENTS,
  STATUS_OK,
} from "@tokenmill/core/internal";

const at = { job: 1024, undo: 2048, result: 16384, block: 17408, plan: 20480, row: 65536 } as const;

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
  const padded = Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
  const module = await compileKernels();
  const probe = await instantiateKernels(module, createMemory(65536));
  const workspace = at.row + padded * 4;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(module, memory);
  new Float32Array(memory.buffer, at.row, padded).fill(-Infinity).set(logits);
  const plan = compileParams(params, { vocabSize, maxLogprobs: 0 });
  if (plan.bytes.length > at.row - at.plan) throw new RangeError("the plan does not fit");
  new Uint8Array(memory.buffer, at.plan, plan.bytes.length).set(plan.bytes);
  const words = new Int32Array(memory.buffer);
  words[(at.job + JOB_PLAN) >> 2] = at.plan;
  return new KernelDrawer(kernels, words, vocabSize, workspace);
}

class KernelDrawer implements Drawer {
  readonly vocabSize: number;
  readonly #kernels: Kernels;
  readonly #words: Int32Array;
  readonly #workspace: number;

  constructor(kernels: Kernels, words: Int32Array, vocabSize: number, workspace: number) {
    this.vocabSize = vocabSize;
    this.#kernels = kernels;
    this.#words = words;
    this.#workspace = workspace;
  }

  draw(position: number, sequenceId = 0, seed = 0): number {
    const words = this.#words;
    words[(at.job + JOB_POSITION) >> 2] = position;
    words[(at.job + JOB_SEQUENCE_LOW) >> 2] = sequenceId;
    words[(at.job + JOB_SEQUENCE_HIGH) >> 2] = 0;
    words[(at.job + JOB_SEED_LOW) >> 2] = seed;
    words[(at.job + JOB_SEED_HIGH) >> 2] = 0;
    const { vocabSize } = this;
    const status = this.#kernels.sample_row(at.row, 0, vocabSize, at.job, at.undo, at.plan, at.result, this.#workspace);
    if (status !== STATUS_OK) throw new Error(`the kernel returned status ${status}`);
    return words[(at.result + RESULT_TOKEN_ID) >> 2]!;
  }

  uniform(position: number, sequenceId = 0, seed = 0, domain = 0, attempt = 0): number {
    this.#kernels.philox4x32(sequenceId, 0, position, (domain << 24) | attempt, seed, 0, at.block);
    return this.#kernels.uniform_f64(this.#words[at.block >> 2]!, this.#words[(at.block >> 2) + 1]!);
  }

  count(draws: number, seed = 0): Float64Array {
    const counts = new Float64Array(this.vocabSize);
    for (let i = 0; i < draws; i++) counts[this.draw(i % 1000, Math.floor(i / 1000), seed)]!++;
    return counts;
  }
}
