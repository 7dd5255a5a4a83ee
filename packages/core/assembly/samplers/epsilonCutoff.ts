// A cut at a probability.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { listMax } from "../list/list";
import { keepHeavy, weighList } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { beta, listAll } from "../row/row";
import { canCutDense, cutAtLogWeight } from "../sums/denseCut";
import { firstTier, logMass, TIERS } from "../sums/tiers";

/** p ≥ ε, or only the largest. (Hewitt, Manning, Liang 2022, arXiv 2210.15191.) */
export function epsilonCutoff(stage: usize): void {
  const epsilon = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    for (let tier = firstTier(); tier < TIERS; tier++)
      if (cutAtLogWeight(logPositive(epsilon) + logMass(1, tier))) return;
  }
  listAll();
  keepHeavy(min(epsilon * weighList(listMax(), beta), 1));
}
