// Log-probabilities: one log-sum-exp, never a sort of the vocabulary.
// Raw: of the row as it came, before edits and temperature. Processed: of what the draw saw.
import {
  BLOCK_ELEMENTS,
  RESULT_HOLDS,
  RESULT_HOLDS_LOGPROBS,
  RESULT_LOGPROB,
  RESULT_RANK,
  RESULT_TOKEN_ID,
  RESULT_TOP,
  RESULT_TOP_COUNT,
  RESULT_TOP_ENTRY_BYTES,
} from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { gatherAbove } from "../list/gather";
import { gatherLargest } from "../list/gatherLargest";
import { keyLogit, keyTokenId } from "../list/keys";
import { keepAbove, keyAt, listCount, listMax } from "../list/list";
import { selectLargest } from "../list/select";
import { sortList } from "../list/sort";
import { weighList } from "../list/weights";
import { result } from "../memory/job";
import { blockMax, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { logPositive } from "../numbers/log64";
import { massF32 } from "../row/massF32";
import { beta, floor, isDense, logitAt, row } from "../row/row";
import { rowMax } from "../row/scan";
import { closeRest, hasRest, mostRest, restWeight } from "../sparse/rest";
import { sparse } from "../sparse/sparseRow";
import { weightScale } from "../sums/bracketWeights";
import { massAboveF64 } from "../sums/massF64";
import { setPivot } from "../sums/pivot";
import { logprobOf } from "./logprobOf";
import { namedCount, writeNamedOfList, writeNamedOfRow } from "./namedLogprobs";

/** Scale of the weights that raw log-probabilities sum. */
export const RAW_SCALE: f32 = 1.4426950408889634;
/** Largest logit of the raw row, and ln Σ e^(x − largest). */
let rawLargest: f64 = 0;
let rawLogMass: f64 = 0;
/** The same of the distribution that was drawn from, logits times beta. */
let drawnLargest: f64 = 0;
let drawnLogMass: f64 = 0;

/** Before any edit: the normaliser and the `top` most probable tokens. */
export function startRawLogprobs(top: i32): void {
  rawLargest = <f64>rowMax;
  rawLogMass = logPositive(sparse == 0 ? massF32(row, RAW_SCALE) : sparseMass());
  if (top == 0) return;
  gatherLargest(row, top, rowMax);
  writeTop(top, rawLargest, 1, rawLogMass);
}

/** Weight of a sparse row, its rest included. */
function sparseMass(): f64 {
  gatherAbove(row, -Infinity);
  const listed = weighList(rowMax, 1);
  return hasRest ? listed + restWeight(mostRest, rowMax, 1) : listed;
}

function holdsLogprobs(): void {
  store<i32>(result, load<i32>(result, RESULT_HOLDS) | RESULT_HOLDS_LOGPROBS, RESULT_HOLDS);
}

/** After the draw, with the row as it came: the chosen token's log-probability and rank, and those of named tokens. */
export function finishRawLogprobs(): void {
  closeRest(); // it comes after what is listed
  const tokenId = load<i32>(result, RESULT_TOKEN_ID);
  store<f64>(result, logprobOf(logitAt(tokenId), rawLargest, 1, rawLogMass), RESULT_LOGPROB);
  store<i32>(result, rankInRow(tokenId), RESULT_RANK);
  if (namedCount() > 0) writeNamedOfRow(-Infinity, rawLargest, 1, rawLogMass);
  holdsLogprobs();
}

/** Of the distribution that `tokenId` was drawn from: its log-probability, rank, the `top` most probable and named tokens. */
export function processedLogprobs(top: i32, tokenId: i32): void {
  weighDrawn();
  const logit = drawnLogit(tokenId);
  if (isDense) {
    store<i32>(result, rankInRow(tokenId), RESULT_RANK);
    if (namedCount() > 0) writeNamedOfRow(floor, drawnLargest, beta, drawnLogMass);
    if (top > 0) {
      gatherLargest(row, top, rowMax);
      keepAbove(floor);
    }
  } else {
    store<i32>(result, rankInList(logit, tokenId), RESULT_RANK);
    if (namedCount() > 0) writeNamedOfList(drawnLargest, beta, drawnLogMass);
  }
  store<f64>(result, logprobOf(logit, drawnLargest, beta, drawnLogMass), RESULT_LOGPROB);
  holdsLogprobs();
  if (top > 0) writeTop(top, drawnLargest, beta, drawnLogMass);
}

/** Log-probability of `tokenId` in the distribution that it was drawn from. */
export function drawnLogprob(tokenId: i32): f64 {
  weighDrawn();
  return logprobOf(drawnLogit(tokenId), drawnLargest, beta, drawnLogMass);
}

function weighDrawn(): void {
  if (isDense) {
    setPivot(floor, -1);
    const isWhole = floor == -Infinity;
    drawnLargest = <f64>rowMax;
    drawnLogMass = logPositive(isWhole ? massF32(row, weightScale(beta)) : massAboveF64(beta));
  } else {
    const largest = listMax();
    drawnLargest = <f64>largest;
    drawnLogMass = logPositive(weighList(largest, beta));
  }
}

/** In a list, a stage may have reshaped it. */
function drawnLogit(tokenId: i32): f32 {
  return isDense ? logitAt(tokenId) : logitInList(tokenId);
}

/** Cuts the list to its `top` best and writes them. */
function writeTop(top: i32, largest: f64, scale: f64, logMass: f64): void {
  selectLargest(top);
  sortList();
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    const entry = result + RESULT_TOP + <usize>i * RESULT_TOP_ENTRY_BYTES;
    store<i32>(entry, keyTokenId(key));
    store<f64>(entry, logprobOf(keyLogit(key), largest, scale, logMass), 8);
  }
  store<i32>(result, listCount, RESULT_TOP_COUNT);
}

function logitInList(tokenId: i32): f32 {
  let i = 0;
  while (keyTokenId(keyAt(i)) != tokenId) i++;
  return keyLogit(keyAt(i));
}

function rankInList(x: f32, tokenId: i32): i32 {
  let rank = 1;
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    const logit = keyLogit(key);
    rank += <i32>(logit > x || (logit == x && keyTokenId(key) < tokenId));
  }
  return rank;
}

/** 1 + how many tokens of the row are above `tokenId` (equals: with a lower id). */
export function rankInRow(tokenId: i32): i32 {
  const x = logitAt(tokenId);
  const equalsToo = floatBelow(x);
  const own = tokenId / BLOCK_ELEMENTS;
  let rank = 1;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const bound = b < own ? equalsToo : x;
    if (b != own && !(load<f32>(blockMax + ((<usize>b) << 2)) > bound)) continue;
    openBlock(b);
    const first = b * BLOCK_ELEMENTS;
    if (ASC_FEATURE_SIMD && b != own) {
      const bound4 = f32x4.splat(bound);
      for (let i = 0; i < BLOCK_ELEMENTS; i += 4) {
        rank += popcnt(i32x4.bitmask(f32x4.gt(v128.load(row + ((<usize>(first + i)) << 2)), bound4)));
      }
    } else {
      for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
        const other = logitAt(id);
        rank += <i32>(other > x || (other == x && id < tokenId));
      }
    }
  }
  return rank;
}
