// A cut by the standard deviation of the logits.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { keyLogit } from "../list/keys";
import { keepAtLeast, keyAt, listCount, listMax } from "../list/list";
import { isDense, raiseFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { finiteLogit, hasBetween } from "../row/search";
import { sigma, sigmaError, sigmaF32, sigmaF64 } from "../sums/sigma";

/** x ≥ max − n·σ, σ over the logits that count. (Tang et al. 2024, arXiv 2411.07641.) */
export function topNSigma(stage: usize): void {
  const n = load<f64>(stage, STAGE_NUMBER_0);
  if (isDense) {
    // any finite logit of the row is nearer to the mean than its maximum
    sigmaF32(finiteLogit());
    const reach = n * sigmaError + 1e-12 * (abs(<f64>rowMax) + n * sigma);
    const threshold = <f64>rowMax - n * sigma;
    if (sigmaError < Infinity && !hasBetween(threshold - reach, threshold + reach)) return raiseFloor(threshold);
    sigmaF64();
    return raiseFloor(<f64>rowMax - n * sigma);
  }
  const largest = <f64>listMax();
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let i = 0; i < listCount; i++) {
    const d = <f64>keyLogit(keyAt(i)) - largest;
    sum += d;
    squares += d * d;
  }
  const mean = sum / <f64>listCount;
  keepAtLeast(largest - n * sqrt(max(squares / <f64>listCount - mean * mean, 0)));
}
