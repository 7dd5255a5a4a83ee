// Temperature, fixed or by entropy.
import { STAGE_NUMBER_0, STAGE_NUMBER_1, STAGE_NUMBER_2 } from "../../src/layout";
import { listCount, listMax, listOne } from "../list/list";
import { selectLargest } from "../list/select";
import { weighList } from "../list/weights";
import { expNonPositive } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { beta, isDense, listAll, row, setBeta, useList } from "../row/row";
import { argMax, rowMax } from "../row/scan";
import { countFinite } from "../row/scanLeast";
import { canCutDense } from "../sums/denseCut";
import { entropy } from "../sums/listEntropy";
import { EXACT_TIER, rowEntropy } from "../sums/tiers";

/** Whether a temperature is positive and the same for all rows. */
export function isFixed(stage: usize): bool {
  return load<f64>(stage, STAGE_NUMBER_0) > 0 && load<f64>(stage, STAGE_NUMBER_1) == 0;
}

/** T at that entropy (nats) of `count` > 1 tokens: it does not fall with the entropy. */
export function temperatureAt(stage: usize, nats: f64, count: i32): f64 {
  const t = load<f64>(stage, STAGE_NUMBER_0);
  const range = load<f64>(stage, STAGE_NUMBER_1);
  const relative = min(nats / logPositive(<f64>count), 1);
  const coolest = max(t - range, 0);
  const share = relative > 0 ? expNonPositive(load<f64>(stage, STAGE_NUMBER_2) * logPositive(relative)) : 0;
  return coolest + (t + range - coolest) * share;
}

/** beta behind a temperature of t > 0. */
// @ts-ignore: decorator
@inline
export function nextBeta(beta: f64, t: f64): f64 {
  return min(beta / t, 1e260); // sets apart any two floats, and the product with any difference of two stays finite
}

/** x /= T; 0 leaves only the largest logit, the lowest id of equals. Numbers: T, range, exponent. With a range, T goes
 *  from T − range to T + range with the entropy: the nearer to uniform, the hotter. (llama.cpp, kalomaze 2023.) */
export function temperature(stage: usize): void {
  let t = load<f64>(stage, STAGE_NUMBER_0);
  if (load<f64>(stage, STAGE_NUMBER_1) > 0) {
    const isWhole = canCutDense();
    if (!isWhole) listAll();
    const count = isWhole ? countFinite(row) : listCount;
    if (count > 1) {
      const nats = isWhole ? rowEntropy(EXACT_TIER) : entropy(listMax(), weighList(listMax(), beta));
      t = temperatureAt(stage, nats, count);
    }
  }
  if (t > 0) return setBeta(nextBeta(beta, t));
  if (isDense) {
    listOne(rowMax, argMax(row));
    useList();
  } else selectLargest(1);
}
