// What has a share of the largest probability.
import { STAGE_INTEGER, STAGE_NUMBER_0 } from "../../src/layout";
import { countAtLeast } from "../list/count";
import { keyLogit } from "../list/keys";
import { keepAtLeast, keyAt, listCount, listMax } from "../list/list";
import { floatBelow } from "../numbers/floats";
import { logPositive } from "../numbers/log64";
import { beta, floor, isDense, raiseFloor, row, setFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { keepLargest } from "./topK";

/** x ≥ max + ln(minP)·T. integer: but no fewer than that are kept. */
export function minP(stage: usize): void {
  const largest = isDense ? rowMax : listMax();
  const threshold = minPThreshold(stage, largest, beta);
  const least = load<i32>(stage, STAGE_INTEGER);
  if (least > 0 && countKept(threshold) < least) keepLargest(least);
  else if (isDense) raiseFloor(threshold);
  else keepAtLeast(threshold);
}

/** How many there are with at least that logit. */
function countKept(threshold: f64): i32 {
  let count = 0;
  if (isDense) {
    const before = floor;
    raiseFloor(threshold);
    count = countAtLeast(row, -floatBelow(-floor));
    setFloor(before);
  } else {
    for (let i = 0; i < listCount; i++) count += <i32>(<f64>keyLogit(keyAt(i)) >= threshold);
  }
  return count;
}

/** The least logit that it keeps. */
// @ts-ignore: decorator
@inline
export function minPThreshold(stage: usize, largest: f32, beta: f64): f64 {
  return <f64>largest + logPositive(load<f64>(stage, STAGE_NUMBER_0)) / beta;
}
