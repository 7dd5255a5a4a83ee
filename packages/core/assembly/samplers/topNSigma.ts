// A cut by the standard deviation of the logits.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { keyLogit } from "../list/keys";
import { keepAtLeast, keyAt, listCount, listMax } from "../list/list";
import { isDense, raiseFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { momentBlocks } from "../row/scanMoments";
import { finiteLogit, hasBetween } from "../row/search";
import { sigma, sigmaError, sigmaF32, sigmaF64 } from "../sums/sigma";

/** x ≥ max − n·σ, σ over the logits that count. (Tang et al. 2024, arXiv 2411.07641.) */
export function topNSigma(stage: usize): void {
  const n = load<f64>(stage, STAGE_NUMBER_0);
  if (isDense) {
    // the scan's sums are distances from 0; any finite logit is nearer to the mean than the maximum
    if (momentBlocks > 0 && cutAbove(n, 0)) return;
    if (cutAbove(n, finiteLogit())) return;
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

/** The cut by f32 sums of distances from `near`. False, and nothing done, where their error leaves open what is kept. */
function cutAbove(n: f64, near: f32): bool {
  sigmaF32(near);
  if (sigmaError == Infinity) return false;
  const reach = n * sigmaError + 1e-12 * (abs(<f64>rowMax) + n * sigma);
  const threshold = <f64>rowMax - n * sigma;
  if (hasBetween(threshold - reach, threshold + reach)) return false;
  raiseFloor(threshold);
  return true;
}
