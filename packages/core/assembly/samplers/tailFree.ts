// Tail-free sampling.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { gatherLargestCapped } from "../list/gatherLargest";
import { keepRange, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { beta, listAll, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense } from "../sums/denseCut";

/** Cuts where the normalised absolute second differences of the sorted probabilities add up to more than z.
 *  (Phénix, Egan 2019, "Tail Free Sampling"; order of operations as in llama.cpp b3000.) */
export function tailFree(stage: usize): void {
  if (canCutDense() && keepHead(load<f64>(stage, STAGE_NUMBER_0))) return;
  listAll();
  sortList();
  if (listCount <= 2) return;
  weighList(listMax(), beta);
  const z = load<f64>(stage, STAGE_NUMBER_0);
  let total: f64 = 0;
  for (let i = 0; i + 2 < listCount; i++) total += curvature(i);
  if (!(total > 0)) return;
  let sum: f64 = 0;
  for (let i = 0; i + 2 < listCount; i++) {
    sum += curvature(i) / total;
    if (sum > z && i >= 1) return keepRange(0, i);
  }
}

// @ts-ignore: decorator
@inline
function curvature(i: i32): f64 {
  return abs(weightAt(i) - weightAt(i + 1) - (weightAt(i + 1) - weightAt(i + 2)));
}

/** Sizes of the lists in which the cut is looked for before the whole row is listed. */
const FIRST_HEAD = 128;
const MOST_HEAD = 8192;
const HEAD_GROWTH = 8;
/** More than rounding moves the sums by. */
const ROUNDING: f64 = 1e-9;

/** The same of a whole row, from its largest tokens alone. False, and nothing done, where these do not decide: the sum of the
 *  curvatures from some token on is at most twice its weight, since weights fall. */
function keepHead(z: f64): bool {
  for (let size = FIRST_HEAD; size <= MOST_HEAD && size * 4 < paddedLength; size *= HEAD_GROWTH) {
    gatherLargestCapped(row, size, rowMax);
    if (listCount <= 2) return false;
    sortList();
    weighList(rowMax, beta);
    let least: f64 = 0;
    for (let i = 0; i + 2 < listCount; i++) least += curvature(i);
    const rest = 2 * weightAt(listCount - 2);
    // even if a longer list left a share of it, the cut would lie beyond that list
    if (rest > HEAD_GROWTH * (1 - z) * least) return false;
    const most = least + rest;
    let sum: f64 = curvature(0);
    for (let i = 1; i + 2 < listCount; i++) {
      sum += curvature(i);
      if (sum > z * most * (1 + ROUNDING)) {
        keepRange(0, i);
        useList();
        return true;
      }
      if (sum > z * least * (1 - ROUNDING)) break;
    }
  }
  return false;
}
