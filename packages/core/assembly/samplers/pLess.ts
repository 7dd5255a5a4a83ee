// A cut at the probability of a coincidence.
import { listCount, listMax } from "../list/list";
import { keepHeavy, weighList, weightAt } from "../list/weights";
import { beta, listAll } from "../row/row";
import { canCutDense, cutAtLogWeight } from "../sums/denseCut";
import { F32_TIER, logMass, TIERS } from "../sums/tiers";

/** p ≥ Σ p², the probability that two draws are equal. ("p-less sampling", 2025, arXiv 2509.23234.) */
export function pLess(_stage: usize): void {
  if (canCutDense()) {
    for (let tier = F32_TIER; tier < TIERS; tier++) if (cutAtLogWeight(logMass(2, tier) - logMass(1, tier))) return;
  }
  listAll();
  const total = weighList(listMax(), beta);
  let squares: f64 = 0;
  for (let i = 0; i < listCount; i++) squares += weightAt(i) * weightAt(i);
  keepHeavy(min(squares / total, 1));
}
