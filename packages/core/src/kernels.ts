/**
 * The one table of kernels: their signatures. The loader checks a module against it and tests iterate it; an export that is not
 * here does not exist. What each kernel does stands at its definition in `assembly/`.
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
}

/** Number of arguments of each. */
export const kernelArities: Readonly<Record<keyof Kernels, number>> = {
  sample_row: 2,
  distribution_row: 5,
  guide_row_f32: 5,
  transform_row: 4,
  score_row: 2,
  workspace_bytes: 1,
  read_row: 2,
  add_scalar_f32: 4,
  scatter_add_f32: 5,
};
