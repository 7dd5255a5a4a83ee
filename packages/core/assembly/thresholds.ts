// Cuts at a threshold computed from the whole distribution.
import { STAGE_NUMBER_0 } from "../src/layout";
import { readBlock } from "./closedBlocks";
import { canCutDense, cutAtLogWeight, hasBetween, logMass, rowEntropy, rowLogMass, TIERS } from "./denseCut";
import { keepAtLeast, keepHeavy, keyAt, keyLogit, listCount, listMax, weighList, weightAt } from "./list";
import { expNonPositive, logPositive } from "./math";
import { exactSigma, quickSigma, sigma, sigmaError } from "./moments";
import { beta, floor, isDense, listAll, raiseFloor, row } from "./row";
import { rowMax } from "./scan";
import { blockMax } from "./workspace";

/** x ≥ max − n·σ, σ over the logits that count. (Tang et al. 2024, arXiv 2411.07641.) */
export function topNSigma(stage: usize): void {
  const n = load<f64>(stage, STAGE_NUMBER_0);
  if (isDense) {
    // any finite logit of the row is nearer to the mean than its maximum
    quickSigma(row, floor, finiteLogit(row, floor));
    const reach = n * sigmaError + 1e-12 * (abs(<f64>rowMax) + n * sigma);
    const threshold = <f64>rowMax - n * sigma;
    if (sigmaError < Infinity && !hasBetween(row, threshold - reach, threshold + reach)) return raiseFloor(threshold);
    exactSigma(row, floor, rowMax);
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

/** p ≥ ε, or only the largest. (Hewitt, Manning, Liang 2022, arXiv 2210.15191.) */
export function epsilonCutoff(stage: usize): void {
  const epsilon = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    for (let tier = 0; tier < TIERS; tier++) if (cutAtLogWeight(logPositive(epsilon) + logMass(1, tier))) return;
  }
  listAll();
  keepHeavy(min(epsilon * weighList(listMax(), beta), 1));
}

/** p ≥ min(η, √η·e^−H), or only the largest. (The same.) */
export function etaCutoff(stage: usize): void {
  const eta = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    const logEta = logPositive(eta);
    for (let tier = 0; tier < TIERS; tier++) {
      const entropy = rowEntropy(tier);
      if (cutAtLogWeight(min(logEta, logEta / 2 - entropy) + rowLogMass)) return;
    }
  }
  listAll();
  const largest = listMax();
  const total = weighList(largest, beta);
  keepHeavy(min(min(eta, sqrt(eta) * expNonPositive(-entropy(largest, total))) * total, 1));
}

/** p ≥ a·pmax². */
export function topA(stage: usize): void {
  const a = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    for (let tier = 0; tier < TIERS; tier++) if (cutAtLogWeight(logPositive(a) - logMass(1, tier))) return;
  }
  listAll();
  keepHeavy(min(a / weighList(listMax(), beta), 1));
}

/** p ≥ Σ p², the probability that two draws are equal. ("p-less sampling", 2025, arXiv 2509.23234.) */
export function pLess(): void {
  if (canCutDense()) {
    for (let tier = 0; tier < TIERS; tier++) if (cutAtLogWeight(logMass(2, tier) - logMass(1, tier))) return;
  }
  listAll();
  const total = weighList(listMax(), beta);
  let squares: f64 = 0;
  for (let i = 0; i < listCount; i++) squares += weightAt(i) * weightAt(i);
  keepHeavy(min(squares / total, 1));
}

/** Entropy in nats of the weighed list: ln Z − Σ w·z / Z. */
export function entropy(largest: f32, total: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < listCount; i++) {
    sum += weightAt(i) * ((<f64>keyLogit(keyAt(i)) - <f64>largest) * beta);
  }
  return logPositive(total) - sum / total;
}

/** The first logit above `floor`. */
function finiteLogit(row: usize, floor: f32): f32 {
  let b = 0;
  while (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) b++;
  let p = readBlock(row, b);
  while (!(load<f32>(p) > floor)) p += 4;
  return load<f32>(p);
}
