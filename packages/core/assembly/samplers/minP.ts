// What has a share of the largest probability.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { keepAtLeast, listMax } from "../list/list";
import { logPositive } from "../numbers/log64";
import { beta, isDense, raiseFloor } from "../row/row";
import { rowMax } from "../row/scan";

/** x ≥ max + ln(minP)·T. */
export function minP(stage: usize): void {
  const largest = isDense ? rowMax : listMax();
  const threshold = minPThreshold(stage, largest, beta);
  if (isDense) raiseFloor(threshold);
  else keepAtLeast(threshold);
}

/** The least logit that it keeps. */
// @ts-ignore: decorator
@inline
export function minPThreshold(stage: usize, largest: f32, beta: f64): f64 {
  return <f64>largest + logPositive(load<f64>(stage, STAGE_NUMBER_0)) / beta;
}
