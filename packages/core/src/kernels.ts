/**
 * The one table of kernels: signatures, and for kernels of one number the f64 reference that judges them. The loader checks
 * a module against it and tests iterate it; an export that is not here does not exist. What each kernel does stands at its
 * definition in `assembly/`.
 */

/** The kernels of one instance. Pointers are byte offsets, counts are elements. */
export interface Kernels {
  /** Samples the row of a job → status. */
  sample_row(job: number, workspace: number): number;
  /** What can be drawn after the stages before `endStage` → number of tokens, or −status. */
  distribution_row(job: number, endStage: number, ids: number, probs: number, workspace: number): number;
  /** Classifier-free guidance from two f32 rows, over the first → status. */
  guide_row_f32(
    conditional: number,
    unconditional: number,
    vocabSize: number,
    scale: number,
    workspace: number,
  ): number;
  /** What is left after the stages before `endStage`, as a row → status. */
  transform_row(job: number, endStage: number, target: number, workspace: number): number;
  /** Adds raw log-probabilities to a result → status. */
  score_row(job: number, workspace: number): number;
  /** Bytes of scratch for one worker. */
  workspace_bytes(vocabSize: number): number;
  /** Largest element in one plain pass: the yardstick of the benchmarks. */
  read_row(row: number, paddedCount: number): number;
  add_scalar_f32(target: number, base: number, count: number, offset: number): void;
  scatter_add_f32(target: number, ids: number, values: number, count: number, offset: number): void;
  /** One block of Philox4x32-10 from six words, counter and key. */
  philox4x32(words: number, out: number): void;
  uniform_f64(high: number, low: number): number;
  exp_f64(x: number): number;
  exp2_f32(x: number): number;
  log_f64(x: number): number;
}

export interface KernelEntry {
  /** Number of arguments. */
  readonly arity: number;
  /** For kernels of one number: what it should give, the relative error allowed, and the range in which that holds. */
  readonly reference?: {
    readonly fn: (x: number) => number;
    readonly tolerance: number;
    readonly range: readonly [number, number];
  };
}

export const kernelTable: Readonly<Record<keyof Kernels, KernelEntry>> = {
  sample_row: { arity: 2 },
  distribution_row: { arity: 5 },
  guide_row_f32: { arity: 5 },
  transform_row: { arity: 4 },
  score_row: { arity: 2 },
  workspace_bytes: { arity: 1 },
  read_row: { arity: 2 },
  add_scalar_f32: { arity: 4 },
  scatter_add_f32: { arity: 5 },
  philox4x32: { arity: 2 },
  uniform_f64: { arity: 2 },
  exp_f64: { arity: 1, reference: { fn: Math.exp, tolerance: 4e-16, range: [-700, 0] } },
  exp2_f32: { arity: 1, reference: { fn: (x) => 2 ** x, tolerance: 5e-7, range: [-125, 0] } },
  log_f64: { arity: 1, reference: { fn: Math.log, tolerance: 4e-16, range: [5e-324, 1.7e308] } },
};
