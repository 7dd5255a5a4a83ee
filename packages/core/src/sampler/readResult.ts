/** Reads the result record that a kernel wrote. */
import { refuseBecause } from "@tokenmill/check";
import {
  RESULT_ERROR_INDEX,
  RESULT_KEPT_COUNT,
  RESULT_LOGPROB,
  RESULT_RANK,
  RESULT_STATE,
  RESULT_STATUS,
  RESULT_TOKEN_ID,
  RESULT_TOP,
  RESULT_TOP_COUNT,
  RESULT_TOP_ENTRY_BYTES,
  STATE_NUMBERS,
  STATUS_ALL_MASKED,
  STATUS_GRAMMAR_FAILED,
  STATUS_INVALID_PLAN,
  STATUS_NAN,
  STATUS_OK,
  STATUS_POSITIVE_INFINITY,
  STATUS_QUARANTINED,
  STATUS_ROW_TIMEOUT,
  STATUS_SOURCE_FAILED,
  STATUS_STAGE_FAILED,
  STATUS_WORKER_LOST,
} from "../layout.ts";
import type { SampleErrorCode, SampleResult } from "./result.ts";

/** Views of the shared memory, made once. */
export interface MemoryViews {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

/** What the kernels' status words are called outside. */
export const sampleErrorCodes: Readonly<Record<number, SampleErrorCode>> = {
  [STATUS_NAN]: "nan_logits",
  [STATUS_POSITIVE_INFINITY]: "positive_infinity_logits",
  [STATUS_ALL_MASKED]: "all_tokens_masked",
  [STATUS_INVALID_PLAN]: "invalid_plan",
  [STATUS_SOURCE_FAILED]: "source_failed",
  [STATUS_STAGE_FAILED]: "stage_failed",
  [STATUS_GRAMMAR_FAILED]: "grammar_failed",
  [STATUS_WORKER_LOST]: "worker_lost",
  [STATUS_ROW_TIMEOUT]: "row_timeout",
  [STATUS_QUARANTINED]: "quarantined",
};

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

/** Fills `into` from the record at `offset` (bytes, 8-byte aligned). `hasLogprobs`, `hasState`: the plan has them. */
export function readResult(
  views: MemoryViews,
  offset: number,
  hasLogprobs: boolean,
  into: SampleResult,
  hasState = false,
): void {
  const words = offset >>> 2;
  const { i32, f64 } = views;
  const status = i32[words + (RESULT_STATUS >>> 2)]!;
  into.errorIndex = i32[words + (RESULT_ERROR_INDEX >>> 2)]!;
  into.tokenId = i32[words + (RESULT_TOKEN_ID >>> 2)]!;
  into.topCount = 0;
  if (status !== STATUS_OK) {
    const code = sampleErrorCodes[status] ?? "worker_lost";
    into.status = code;
    into.message = messageOf(code, into.errorIndex);
    return;
  }
  into.status = "ok";
  into.message = "";
  if (hasState) for (let i = 0; i < STATE_NUMBERS; i++) into.state[i] = f64[((offset + RESULT_STATE) >>> 3) + i]!;
  into.keptCount = i32[words + (RESULT_KEPT_COUNT >>> 2)]!;
  if (!hasLogprobs) {
    into.logprob = Number.NaN;
    into.rank = 0;
    return;
  }
  into.logprob = f64[(offset + RESULT_LOGPROB) >>> 3]!;
  into.rank = i32[words + (RESULT_RANK >>> 2)]!;
  const topCount = i32[words + (RESULT_TOP_COUNT >>> 2)]!;
  if (topCount > into.topTokenIds.length) {
    const room = into.topTokenIds.length;
    refuseBecause("into", `expected room for ${topCount} top tokens, got room for ${room}`, false);
  }
  into.topCount = topCount;
  for (let i = 0; i < into.topCount; i++) {
    const entry = offset + RESULT_TOP + i * RESULT_TOP_ENTRY_BYTES;
    into.topTokenIds[i] = i32[entry >>> 2]!;
    into.topLogprobs[i] = f64[(entry + 8) >>> 3]!;
  }
}
