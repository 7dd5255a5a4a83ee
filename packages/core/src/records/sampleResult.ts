/** What sampling one row gave. */

import { checkInteger, mostTokens } from "@tokenmill/check";
import { stateNumbers } from "./state.ts";

/** Tokens that one request may name for their log-probabilities; and without a word, what there is room for. */
export const mostLogprobTokenIds = 4096;
export const defaultLogprobTokenIds = 128;
/** Tokens that there is room for in a sampling mask, without a word. */
export const defaultSamplingMask = 2048;

/** Stable codes of a row that could not be sampled. */
export type SampleErrorCode =
  | "nan_logits"
  | "positive_infinity_logits"
  | "all_tokens_masked"
  | "invalid_plan"
  | "invalid_sparse_row"
  | "row_too_sparse"
  | "sampling_mask_too_large"
  | "source_failed"
  | "stage_failed"
  | "grammar_failed"
  | "worker_lost"
  | "row_timeout"
  | "quarantined";

/** The outcome for one row; reused by callers, so copy what you keep. */
export interface SampleResult {
  /** `ok`, or why there is no token. */
  status: "ok" | SampleErrorCode;
  /** The error's text when `status` is not `ok`. */
  message: string;
  /** Index of the first offending element, in the row or a sparse row's list: `nan_logits`, `positive_infinity_logits`, `invalid_sparse_row`; else −1. */
  errorIndex: number;
  tokenId: number;
  /** Natural log of the chosen token's probability; NaN unless `logprobs` was asked for. */
  logprob: number;
  /** 1-based rank of the chosen token by logit; 0 unless `logprobs` was asked for. */
  rank: number;
  /** How many tokens the draw could have given; −1 where they were not counted: no cut, or top-p or typical last on a whole row. */
  keptCount: number;
  /** The most probable tokens, best first, `topCount` of them. */
  topCount: number;
  topTokenIds: Int32Array;
  topLogprobs: Float64Array;
  /** How many tokens `logprobTokenIds` names, and their log-probabilities in that order; −Infinity for one that cannot be drawn. */
  namedCount: number;
  namedLogprobs: Float64Array;
  /** With `samplingMask`: how many of `maskTokenIds` the token was drawn from, −1 for all of the row; else 0. */
  maskCount: number;
  /** The sampling mask, ascending, `maskCount` of them. */
  maskTokenIds: Int32Array;
  /** Natural log of the chosen token's probability among what it was drawn from; NaN unless `samplingMask` was asked for. */
  maskLogprob: number;
  /** The sequence's state after this token, if a stage remembers something (the plan has an `initialState`). */
  state: Float64Array;
}

/** A row that could not be sampled. */
export class SampleError extends Error {
  readonly code: SampleErrorCode;
  constructor(code: SampleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SampleError";
    this.code = code;
  }
}

/** Of results without named tokens and sampling masks. */
const noLogprobs = new Float64Array(0);
const noTokenIds = new Int32Array(0);

/**
 * An empty result whose capacity is `maxLogprobs` top tokens, 0 … 2^24, `maxLogprobTokenIds` named ones, 0 … 4096, and
 * `maxSamplingMask` of a sampling mask, 0 … 2^24.
 * @throws TypeError, RangeError
 */
export function createResult(
  maxLogprobs: number,
  maxLogprobTokenIds: number = 0,
  maxSamplingMask: number = 0,
): SampleResult {
  checkInteger("maxLogprobs", maxLogprobs, { min: 0, max: mostTokens });
  checkInteger("maxLogprobTokenIds", maxLogprobTokenIds, { min: 0, max: mostLogprobTokenIds });
  checkInteger("maxSamplingMask", maxSamplingMask, { min: 0, max: mostTokens });
  return {
    status: "ok",
    message: "",
    errorIndex: -1,
    tokenId: -1,
    logprob: Number.NaN,
    rank: 0,
    keptCount: -1,
    topCount: 0,
    topTokenIds: new Int32Array(maxLogprobs),
    topLogprobs: new Float64Array(maxLogprobs),
    namedCount: 0,
    namedLogprobs: maxLogprobTokenIds === 0 ? noLogprobs : new Float64Array(maxLogprobTokenIds),
    maskCount: 0,
    maskTokenIds: maxSamplingMask === 0 ? noTokenIds : new Int32Array(maxSamplingMask),
    maskLogprob: Number.NaN,
    state: new Float64Array(stateNumbers),
  };
}
