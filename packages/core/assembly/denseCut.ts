// A cut at a weight that sums over the whole row decide, without a list of the whole row: f32 sums bracket the weight, and
// where no logit lies in the bracket, what is kept is what f64 sums would have kept.
import { floatBelow, roundedDown } from "./floats";
import { gatherAbove, keepAtLeast, keyAt, keyLogit, listCount } from "./list";
import { cheapScale, exactMass32, MASS32_ERROR } from "./masses";
import { logPositive } from "./math";
import { beta, floor, isDense, row, setSparse } from "./row";
import { rowMax } from "./scan";

/** Whether `cutAtLogWeight` can be tried. */
export function canCutDense(): bool {
  return isDense && floor == -Infinity && beta >= 1e-3 && beta <= 1e3;
}

/** ln Σ weight^power of the dense row, within MASS32_ERROR. */
export function logMass32(power: f64): f64 {
  return logPositive(exactMass32(row, rowMax, cheapScale(beta * power)));
}

/** Keeps what weighs at least e^logWeight, which may be off by the errors of two sums and more. False, and nothing done,
 *  where that leaves open what is kept. Call if `canCutDense`. */
export function cutAtLogWeight(logWeight: f64): bool {
  const at = <f64>rowMax + logWeight / beta;
  const slack = (6 * MASS32_ERROR) / beta + abs(at) * 1e-12;
  const low = at - slack;
  const high = at + slack;
  if (!(high <= <f64>rowMax)) return false;
  gatherAbove(row, floatBelow(roundedDown(low)));
  for (let i = 0; i < listCount; i++) {
    const x = <f64>keyLogit(keyAt(i));
    if (x >= low && x < high) return false;
  }
  keepAtLeast(high);
  setSparse();
  return true;
}
