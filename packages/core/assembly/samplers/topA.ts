// A cut by the square of the largest probability.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { listMax } from "../list/list";
import { keepHeavy, weighList } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { beta, listAll } from "../row/row";
import { canCutDense, cutAtLogWeight } from "../sums/denseCut";
import { firstTier, logMass, TIERS } from "../sums/tiers";

/** p ≥ a·pmax². */
export function topA(stage: usize): void {
  const a = load<f64>(stage, STAGE_NUMBER_0);
  if (canCutDense()) {
    for (let tier = firstTier(); tier < TIERS; tier++) if (cutAtLogWeight(logPositive(a) - logMass(1, tier))) return;
  }
  listAll();
  keepHeavy(min(a / weighList(listMax(), beta), 1));
}
