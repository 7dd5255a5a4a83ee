/** Status words of the kernels, and what they are called outside. */
import {
  STATUS_ALL_MASKED,
  STATUS_GRAMMAR_FAILED,
  STATUS_INVALID_PLAN,
  STATUS_INVALID_SPARSE_ROW,
  STATUS_NAN,
  STATUS_OK,
  STATUS_POSITIVE_INFINITY,
  STATUS_QUARANTINED,
  STATUS_ROW_TIMEOUT,
  STATUS_ROW_TOO_SPARSE,
  STATUS_SAMPLING_MASK_TOO_LARGE,
  STATUS_SOURCE_FAILED,
  STATUS_STAGE_FAILED,
  STATUS_WORKER_LOST,
} from "../layout.ts";
import type { SampleErrorCode } from "./sampleResult.ts";

/** The status word of each outcome. */
export const statusWords: Readonly<Record<"ok" | SampleErrorCode, number>> = {
  ok: STATUS_OK,
  nan_logits: STATUS_NAN,
  positive_infinity_logits: STATUS_POSITIVE_INFINITY,
  all_tokens_masked: STATUS_ALL_MASKED,
  invalid_plan: STATUS_INVALID_PLAN,
  invalid_sparse_row: STATUS_INVALID_SPARSE_ROW,
  row_too_sparse: STATUS_ROW_TOO_SPARSE,
  sampling_mask_too_large: STATUS_SAMPLING_MASK_TOO_LARGE,
  source_failed: STATUS_SOURCE_FAILED,
  stage_failed: STATUS_STAGE_FAILED,
  grammar_failed: STATUS_GRAMMAR_FAILED,
  worker_lost: STATUS_WORKER_LOST,
  row_timeout: STATUS_ROW_TIMEOUT,
  quarantined: STATUS_QUARANTINED,
};

/** By status word. */
const outcomes: ("ok" | SampleErrorCode | undefined)[] = [];
for (const [outcome, word] of Object.entries(statusWords)) outcomes[word] = outcome as "ok" | SampleErrorCode;

/** The outcome of a status word; one that nothing has is a lost worker's. */
export function outcomeOf(word: number): "ok" | SampleErrorCode {
  return outcomes[word] ?? "worker_lost";
}

/** @param errorIndex of the element that it is about */
export function messageOf(code: SampleErrorCode, errorIndex: number): string {
  switch (code) {
    case "nan_logits":
      return `logits expected numbers, got NaN at index ${errorIndex}`;
    case "positive_infinity_logits":
      return `logits expected values below Infinity, got Infinity at index ${errorIndex}`;
    case "all_tokens_masked":
      return "no token can be drawn: every logit is -Infinity, or every token is banned";
    case "invalid_plan":
      return "the plan has a stage, a flag or a row type that the kernels do not have";
    case "invalid_sparse_row":
      return errorIndex < 0
        ? "a sparse row expected a rest that its tokens can weigh: none of them more than the smallest that is listed"
        : `a sparse row expected distinct tokens inside the vocabulary, got another at index ${errorIndex}`;
    case "row_too_sparse":
      return "the sparse row lists too few tokens";
    case "sampling_mask_too_large":
      return "the token was drawn from more tokens than a sampling mask has room for (maxSamplingMask)";
    case "source_failed":
      return "the source failed to write the row";
    case "stage_failed":
      return "a custom stage failed";
    case "grammar_failed":
      return "the mask of the row's grammar could not be filled";
    case "worker_lost":
      return "every worker that took the row died";
    case "row_timeout":
      return "the row took longer than a row may";
    case "quarantined":
      return "the row's custom stages ended too many workers lately";
    default:
      return code satisfies never;
  }
}
