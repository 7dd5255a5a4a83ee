// One token of the dense row, exactly by its law. A candidate is drawn by cheap overestimates and accepted with the ratio of
// its exact weight to them (≥ 94 %), so the law is exact although the sum is not. A top-p behind which only min-p and
// temperatures come needs no list either: a candidate belongs to the nucleus if the mass above it is below p·Z, and candidates
// that belong follow the nucleus law; see nucleus.ts. After a candidate that does not belong, nothing at or below it does: the
// next is drawn from above it.
import { DOMAIN_DRAW } from "../../src/layout";
import { expModerate } from "../numbers/exp64";
import { floatBelow } from "../numbers/floats";
import { beta, floor, logitAt } from "../row/row";
import { rowMax } from "../row/scan";
import { BRACKET_SAFETY, weightScale } from "../sums/bracketWeights";
import { setPivot } from "../sums/pivot";
import { candidateAt, candidateWeight, openBlocks } from "./blockDraw";
import { belongsToNucleus, openNucleus } from "./nucleus";
import { drawUniforms, uniformFirst, uniformSecond } from "./uniforms";

/** How far the last candidate was from being taken where it was not, or not where it was, as a share of its weight · (1 − z). */
let nearest: f64 = 0;

/** A token above the pivot, drawn by its exact weight after `openBlocks`; −1: none this time. */
export function proposeToken(attempt: u32): i32 {
  drawUniforms(DOMAIN_DRAW, attempt);
  nearest = 1;
  const id = candidateAt(uniformFirst);
  if (id < 0) return -1;
  const z = (<f64>logitAt(id) - <f64>rowMax) * beta;
  const weight = expModerate(z) * BRACKET_SAFETY;
  const point = uniformSecond * candidateWeight;
  nearest = abs(point - weight) / (weight * (1 - z));
  return point > weight ? -1 : id;
}

/** More scales than that cost more than an exact sum. */
const MOST_SCALES = 64;

/** The token that `drawFromRow` draws at any beta within that share, 1e-12 at least, of the row's; −1: not known. Candidates
 *  depend on the f32 scale alone, of which a small share leaves few; each is tried. Whether a candidate is taken depends on its
 *  weight, which is off by share·|z| of itself. */
export function drawWithin(share: f64): i32 {
  const most = weightScale(beta * (1 + share));
  let scale = weightScale(beta * (1 - share));
  if (<i32>(reinterpret<u32>(most) - reinterpret<u32>(scale)) >= MOST_SCALES) return -1;
  const token = drawAtScale(scale, share);
  while (scale < most) {
    scale = -floatBelow(-scale);
    if (token < 0 || drawAtScale(scale, share) != token) return -1;
  }
  return token;
}

function drawAtScale(scale: f32, share: f64): i32 {
  setPivot(floor, -1);
  openBlocks(scale);
  let attempt: u32 = 0;
  let id = -1;
  do {
    id = proposeToken(attempt++);
    if (nearest <= 2 * share) return -1;
  } while (id < 0);
  return id;
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
