// One token of the dense row, exactly by its law. A candidate is drawn by cheap overestimates and accepted with the ratio of
// its exact weight to them (≥ 94 %), so the law is exact although the sum is not. A top-p behind which only min-p and
// temperatures come needs no list either: a candidate belongs to the nucleus if the mass above it is below p·Z, and candidates
// that belong follow the nucleus law; see nucleus.ts. After a candidate that does not belong, nothing at or below it does: the
// next is drawn from above it.
import { DOMAIN_DRAW } from "../../src/layout";
import { expModerate } from "../numbers/exp64";
import { beta, floor, logitAt } from "../row/row";
import { rowMax } from "../row/scan";
import { BRACKET_SAFETY, weightScale } from "../sums/bracketWeights";
import { setPivot } from "../sums/pivot";
import { candidateAt, candidateWeight, openBlocks } from "./blockDraw";
import { belongsToNucleus, openNucleus } from "./nucleus";
import { drawUniforms, uniformFirst, uniformSecond } from "./uniforms";

/** A token above the pivot, drawn by its exact weight after `openBlocks`; −1: none this time. */
export function proposeToken(attempt: u32): i32 {
  drawUniforms(DOMAIN_DRAW, attempt);
  const id = candidateAt(uniformFirst);
  if (id < 0) return -1;
  const weight = expModerate((<f64>logitAt(id) - <f64>rowMax) * beta);
  return uniformSecond * candidateWeight > weight * BRACKET_SAFETY ? -1 : id;
}

/** Token id drawn from what of the dense row is above the floor. */
export function drawFromRow(): i32 {
  setPivot(floor, -1);
  openBlocks(weightScale(beta));
  let attempt: u32 = 0;
  let id = -1;
  do id = proposeToken(attempt++);
  while (id < 0);
  return id;
}

/** Token id drawn from what of the dense row is above the floor and in the kept nucleus. */
export function drawFromNucleus(): i32 {
  const scale = weightScale(beta);
  setPivot(floor, -1);
  openBlocks(scale);
  openNucleus();
  let attempt: u32 = 0;
  while (true) {
    const id = proposeToken(attempt++);
    if (id < 0) continue;
    if (belongsToNucleus(id)) return id;
    setPivot(logitAt(id), id);
    openBlocks(scale);
  }
}
