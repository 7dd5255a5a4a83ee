// A cut at a probability that falls with the entropy.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { listMax } from "../list/list";
import { keepHeavy, weighList } from "../list/weights";
import { expNonPositive } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { beta, listAll } from "../row/row";
import { canCutDense, cutAtLogWeight } from "../sums/denseCut";
import { entropy } from "../sums/listEntropy";
import { F32_TIER, isEntropyWithin, rowEntropy, rowLogMass, TIERS } from "../sums/tiers";

/** p ≥ min(η, √η·e^−H), or only the largest. (The same.) */
export function etaCutoff(stage: usize): void {
  const eta = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    const logEta = logPositive(eta);
    // a low entropy leaves η itself
    if (isEntropyWithin(-logEta / 2) && cutAtLogWeight(logEta + rowLogMass)) return;
    for (let tier = F32_TIER; tier < TIERS; tier++) {
      const entropy = rowEntropy(tier);
      if (cutAtLogWeight(min(logEta, logEta / 2 - entropy) + rowLogMass)) return;
    }
  }
  listAll();
  const largest = listMax();
  const total = weighList(largest, beta);
  keepHeavy(min(min(eta, sqrt(eta) * expNonPositive(-entropy(largest, total))) * total, 1));
}
