/** Stages of the user's own, which run between the kernels'. */

/** The draw that a custom stage takes part in. */
export interface CustomStageContext {
  /** Token ids so far, prompt then output; a view that is not to be kept. */
  readonly history: ArrayLike<number>;
  readonly promptLength: number;
  readonly position: number;
}

/**
 * Changes the logits of a row in place; −Infinity takes a token out, and what is out already is −Infinity. Temperatures
 * before it are applied. To be a sampler like the others it depends on nothing but its arguments: in a pool any thread may
 * run it, and may run it again. It works at once (no promise) and returns nothing, or the array that it was given, which is
 * the sampler's and not to be kept. One that throws fails its row.
 */
export type CustomStage = (logits: Float32Array, context: CustomStageContext) => void;
