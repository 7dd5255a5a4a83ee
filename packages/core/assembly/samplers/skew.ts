// A bent uniform for the draw, as the law that results.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { keyLogit, keyOf, keyTokenId } from "../list/keys";
import { keyAt, listCount, setKey, setUnsorted } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { expModerate, expNonPositive } from "../numbers/exp64";
import { toFinite } from "../numbers/floats";
import { logPositive } from "../numbers/log64";
import { beta, listAll, setBeta } from "../row/row";

/** Of a smaller share of what comes before it, ln(1 − (1 − share)^power) is ln(power·share). */
const LEAST_SHARE: f64 = 1e-20;

/** x = ln(Cᵢ^g − Cᵢ₋₁^g), C the shares of the i most probable, g = e^skew: what the inversion of u^(1/g) draws, the most probable
 *  first. Numbers: skew. (exllamav2 `sample_basic`.) */
export function skew(stage: usize): void {
  const bend = load<f64>(stage, STAGE_NUMBER_0);
  const power = expModerate(bend);
  listAll();
  sortList();
  const largest = keyLogit(keyAt(0));
  weighList(largest, beta);
  let total: f64 = 0;
  for (let i = 0; i < listCount; i++) total += weightAt(i);
  let sum: f64 = 0;
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    sum += weightAt(i);
    const share = weightAt(i) / sum;
    let x = power * logPositive(sum / total);
    if (share < LEAST_SHARE) x += bend + (<f64>keyLogit(key) - <f64>largest) * beta - logPositive(sum);
    else if (share < 1) x += logPositive(lessThanOne(power * logOfRest(share)));
    setKey(i, keyOf(toFinite(x), keyTokenId(key)));
  }
  setUnsorted();
  setBeta(1);
}

/** ln(1 − x) for x in (0, 1), exact for small x: the rounding of 1 − x is divided out. */
function logOfRest(x: f64): f64 {
  const rest = 1 - x;
  return rest == 1 ? -x : (logPositive(rest) * x) / (1 - rest);
}

/** 1 − e^x for x < 0, exact for small x in the same way. */
function lessThanOne(x: f64): f64 {
  const power = expNonPositive(x);
  if (power == 1) return -x;
  return power == 0 ? 1 : ((1 - power) * x) / logPositive(power);
}
