/** Stages of the user's own, which run between the kernels' on the single-thread sampler. */

/** The draw that a custom stage takes part in. */
export interface CustomStageContext {
  /** Token ids so far, prompt then output. */
  readonly history: ArrayLike<number>;
  readonly promptLength: number;
  readonly position: number;
}

/**
 * Changes the logits of a row in place; −Infinity takes a token out, and what is out already is −Infinity. Temperatures
 * before it are applied. To be a sampler like the others it depends on nothing but its arguments. The array is the
 * sampler's: it is not to be kept.
 */
export type CustomStage = (logits: Float32Array, context: CustomStageContext) => void;
