/** The result record: status, token and what it holds beside them, then the most probable tokens, the named ones and the sampling mask. */
import { refuseBecause } from "@tokenmill/check";
import {
  RESULT_ERROR_INDEX,
  RESULT_HOLDS,
  RESULT_HOLDS_LOGPROBS,
  RESULT_HOLDS_MASK,
  RESULT_HOLDS_STATE,
  RESULT_KEPT_COUNT,
  RESULT_LOGPROB,
  RESULT_MASK,
  RESULT_MASK_COUNT,
  RESULT_MASK_LOGPROB,
  RESULT_NAMED,
  RESULT_NAMED_COUNT,
  RESULT_RANK,
  RESULT_SHORT_COVERED,
  RESULT_SHORT_NEEDED,
  RESULT_SHORT_STAGE,
  RESULT_STATE,
  RESULT_STATUS,
  RESULT_TOKEN_ID,
  RESULT_TOP,
  RESULT_TOP_COUNT,
  RESULT_TOP_ENTRY_BYTES,
} from "../layout.ts";
import type { SampleErrorCode, SampleResult } from "./sampleResult.ts";
import { shortfallText } from "./shortfall.ts";
import { readState } from "./state.ts";
import { messageOf, outcomeOf, statusWords } from "./status.ts";
import type { RecordViews } from "./views.ts";

/** How much a record has room for. */
export interface ResultCapacity {
  /** Most probable tokens. */
  readonly maxLogprobs: number;
  /** Named tokens. */
  readonly maxLogprobTokenIds: number;
  /** Tokens of the sampling mask. */
  readonly maxSamplingMask: number;
}

export function resultBytes({ maxLogprobs, maxLogprobTokenIds, maxSamplingMask }: ResultCapacity): number {
  return RESULT_TOP + maxLogprobs * RESULT_TOP_ENTRY_BYTES + 8 * maxLogprobTokenIds + 4 * maxSamplingMask;
}

/** Fails a row that no kernel has done, or that something beside a kernel failed in. */
export function failResult({ i32 }: RecordViews, at: number, code: SampleErrorCode): void {
  i32[(at + RESULT_ERROR_INDEX) >>> 2] = -1;
  i32[(at + RESULT_STATUS) >>> 2] = statusWords[code];
}

/** What a sparse row lists too little for, and by how much where that is known. */
function shortfallAt({ i32, f64 }: RecordViews, at: number): string {
  const stage = i32[(at + RESULT_SHORT_STAGE) >>> 2]!;
  const needed = f64[(at + RESULT_SHORT_NEEDED) >>> 3]!;
  const covered = f64[(at + RESULT_SHORT_COVERED) >>> 3]!;
  return shortfallText(stage, needed, covered);
}

/** Of how many tokens a sampling mask was, and how many it has room for. */
function excessAt({ f64 }: RecordViews, at: number): string {
  const count = f64[(at + RESULT_SHORT_NEEDED) >>> 3]!;
  const capacity = f64[(at + RESULT_SHORT_COVERED) >>> 3]!;
  return `the token was drawn from ${count} tokens, and a sampling mask has room for ${capacity} (maxSamplingMask)`;
}

/** Whether there is a token, or why not. */
export function outcomeAt({ i32 }: RecordViews, at: number): "ok" | SampleErrorCode {
  return outcomeOf(i32[(at + RESULT_STATUS) >>> 2]!);
}

/** Fills `into` from the record at `at` (bytes, 8-byte aligned). Where there is no token, what it holds beside it stays. */
export function readResult(views: RecordViews, at: number, into: SampleResult): void {
  const { i32, f64 } = views;
  const words = at >>> 2;
  into.status = outcomeAt(views, at);
  into.errorIndex = i32[words + (RESULT_ERROR_INDEX >>> 2)]!;
  into.tokenId = i32[words + (RESULT_TOKEN_ID >>> 2)]!;
  into.topCount = 0;
  into.namedCount = 0;
  into.maskCount = 0;
  if (into.status !== "ok") {
    if (into.status === "row_too_sparse") into.message = shortfallAt(views, at);
    else if (into.status === "sampling_mask_too_large") into.message = excessAt(views, at);
    else into.message = messageOf(into.status, into.errorIndex);
    return;
  }
  into.message = "";
  into.keptCount = i32[words + (RESULT_KEPT_COUNT >>> 2)]!;
  const holds = i32[words + (RESULT_HOLDS >>> 2)]!;
  if (holds & RESULT_HOLDS_STATE) readState(views, at + RESULT_STATE, into.state);
  if (holds & RESULT_HOLDS_MASK) readMask(views, at, into);
  if (!(holds & RESULT_HOLDS_LOGPROBS)) {
    into.logprob = Number.NaN;
    into.rank = 0;
    return;
  }
  into.logprob = f64[(at + RESULT_LOGPROB) >>> 3]!;
  into.rank = i32[words + (RESULT_RANK >>> 2)]!;
  const topCount = i32[words + (RESULT_TOP_COUNT >>> 2)]!;
  const namedCount = i32[words + (RESULT_NAMED_COUNT >>> 2)]!;
  checkRoom("top", topCount, into.topTokenIds.length);
  checkRoom("named", namedCount, into.namedLogprobs.length);
  into.topCount = topCount;
  for (let i = 0; i < topCount; i++) {
    const entry = at + RESULT_TOP + i * RESULT_TOP_ENTRY_BYTES;
    into.topTokenIds[i] = i32[entry >>> 2]!;
    into.topLogprobs[i] = f64[(entry + 8) >>> 3]!;
  }
  if (namedCount === 0) return;
  into.namedCount = namedCount;
  const named = (at + i32[words + (RESULT_NAMED >>> 2)]!) >>> 3;
  for (let i = 0; i < namedCount; i++) into.namedLogprobs[i] = f64[named + i]!;
}

function readMask({ i32, f64 }: RecordViews, at: number, into: SampleResult): void {
  into.maskLogprob = f64[(at + RESULT_MASK_LOGPROB) >>> 3]!;
  into.maskCount = i32[(at + RESULT_MASK_COUNT) >>> 2]!;
  checkRoom("mask", into.maskCount, into.maskTokenIds.length);
  const first = (at + i32[(at + RESULT_MASK) >>> 2]!) >>> 2;
  for (let i = 0; i < into.maskCount; i++) into.maskTokenIds[i] = i32[first + i]!;
}

function checkRoom(which: string, count: number, capacity: number): void {
  if (count <= capacity) return;
  refuseBecause("into", `expected room for ${count} ${which} tokens, got room for ${capacity}`, false);
}
