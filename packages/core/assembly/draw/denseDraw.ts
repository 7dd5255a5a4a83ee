// One token of the dense row, exactly by its law. A candidate is drawn by cheap overestimates and accepted with the ratio of
// its exact weight to them (≥ 94 %), so the law is exact although the sum is not. A top-p behind which only min-p and
// temperatures come needs no list either: a candidate belongs to the nucleus if the mass above it is below p·Z, and candidates
// that belong follow the nucleus law; see nucleus.ts. After a candidate that does not belong, nothing at or below it does: the
// next is drawn from above it.
import { DOMAIN_DRAW } from "../../src/layout";
import { listWeights } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { beta, floor, logitAt } from "../row/row";
import { rowMax } from "../row/scan";
import { BRACKET_SAFETY, weightScale } from "../sums/bracketWeights";
import { setPivot } from "../sums/pivot";
import { boundedTotal, candidateAt, candidateHigh, candidateLow, candidateWeight, openBlocks } from "./blockDraw";
import { belongsToNucleus, openNucleus } from "./nucleus";
import { drawUniforms, uniformFirst, uniformSecond } from "./uniforms";

/** A token above the pivot, drawn by its exact weight after `openBlocks`; −1: none this time. */
export function proposeToken(attempt: u32): i32 {
  drawUniforms(DOMAIN_DRAW, attempt);
  const id = candidateAt(uniformFirst);
  if (id < 0) return -1;
  const z = (<f64>logitAt(id) - <f64>rowMax) * beta;
  const weight = expModerate(z) * BRACKET_SAFETY;
  return uniformSecond * candidateWeight > weight ? -1 : id;
}

/** Where the least and the greatest scale do not settle it, so many are tried one by one. */
const MOST_SCALES: u32 = 64;
/** Candidates that are noted at most, 24 bytes each: what `candidateAt` returned, for what part of the total, and where that
 *  part began. */
const MOST_NOTES = 256;
const NOTE_BYTES = 24;
/** More than rounding moves sums in f64 by. */
const ROUNDING: f64 = 1e-11;
/** The attempt that gave a token at the last scale. */
let takenAt: i32 = 0;

/** The token that `drawFromRow` draws at any beta within that share, 1e-12 at least, of the row's; −1: not known. Candidates depend
 *  on the f32 scale alone, of which a small share leaves few. Between scales that are not neighbours, all sums of cheap weights fall
 *  as the scale rises: candidates that come out the same at both come out the same between them, if a point that moves from one
 *  to the other does not leave their part. Whether a candidate is taken depends on its weight, which is off by share·|z| of
 *  itself. The list's weights are lost. */
export function drawWithin(share: f64): i32 {
  const first = reinterpret<u32>(weightScale(beta * (1 - share)));
  const last = reinterpret<u32>(weightScale(beta * (1 + share)));
  const token = last - first > 1 ? drawAtScales(first, last, last - first, share) : -1;
  return token >= 0 || last - first > MOST_SCALES ? token : drawAtScales(first, last, 1, share);
}

/** The same at every `step`-th scale. */
function drawAtScales(scale: u32, last: u32, step: u32, share: f64): i32 {
  const token = drawAtScale(scale, share, 0);
  while (scale < last) {
    scale += step;
    if (token < 0 || drawAtScale(scale, share, step) != token) return -1;
  }
  return token;
}

/** The same at one scale; `step`: how many floats from the one before, 0: it is the first. */
function drawAtScale(scale: u32, share: f64, step: u32): i32 {
  setPivot(floor, -1);
  openBlocks(reinterpret<f32>(scale));
  const slack = ROUNDING * boundedTotal;
  for (let attempt = 0; attempt < MOST_NOTES; attempt++) {
    drawUniforms(DOMAIN_DRAW, attempt);
    const at = uniformFirst * boundedTotal;
    const id = candidateAt(uniformFirst);
    const note = listWeights + <usize>attempt * NOTE_BYTES;
    if (step > 1) {
      const isInside = at > load<f64>(note, 16) + slack && load<f64>(note, 8) < candidateHigh - slack;
      if (load<i32>(note) != id || !isInside) return -1;
    }
    store<i32>(note, id);
    store<f64>(note, at, 8);
    store<f64>(note, candidateLow, 16);
    if (id < 0) continue;
    const z = (<f64>logitAt(id) - <f64>rowMax) * beta;
    const point = uniformSecond * candidateWeight;
    if (point > expModerate(z * (1 - share)) * BRACKET_SAFETY) continue;
    const isTaken = point <= expModerate(z * (1 + share)) * BRACKET_SAFETY && (step == 0 || takenAt == attempt);
    takenAt = attempt;
    return isTaken ? id : -1;
  }
  return -1;
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
