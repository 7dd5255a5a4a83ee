// Whether a token of the dense row is in its nucleus: the mass above it is below p·Z. Both are bounded, at first by what is
// known without weighing the row, then by the weights of blocks that have something above the token, of all that may weigh
// something, of all in f32, and last computed in f64.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { countBlocksAtLeast } from "../list/count";
import { gatherScattered } from "../list/gather";
import { keyLogit, keyOf } from "../list/keys";
import { keepAbove, keepFrom, listCount } from "../list/list";
import { paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { isMassKnown, massF32 } from "../row/massF32";
import { beta, floor, logitAt, row, useList } from "../row/row";
import { BRACKET_LEAST_RATIO, BRACKET_SAFETY, MASS_F32_ERROR, weightScale } from "../sums/bracketWeights";
import { boundMasses, leastAbove, leastBelow, leastMass, mostAbove, mostBelow, mostMass } from "../sums/masses";
import { massAboveF64 } from "../sums/massF64";
import { lightBelow } from "../sums/mixed";
import { isMost, nucleusEdge } from "../sums/nucleusEdge";
import { setPivot } from "../sums/pivot";
import { boundedTotal, openBlocks } from "./blockDraw";

/** Part of the blocks up to which the mass above a token is weighed before the total is; up to which it is in f32. */
const FEW_BLOCKS = 8;
const EXACT_BLOCKS = 32;
/** Share of Z up to which blocks are left out where bracketing weights are summed. */
const LEFT_OUT: f64 = 0.02;
/** What top-p found: its p, and the row's temperature and floor at that time, which later stages may change. */
let p: f64 = 1;
let ownBeta: f64 = 1;
let ownFloor: f32 = -Infinity;
let scale: f32 = 0;
/** How well Z is known: by largest elements, by bracketing weights of what may weigh something, or by f32 weights of all. */
const BOUNDED = 0;
const BRACKETED = 1;
const SUMMED = 2;
let known = BOUNDED;
/** Z, the mass above the candidate, and the rest lie between them. */
let leastTotal: f64 = 0;
let mostTotal: f64 = 0;
let least: f64 = 0;
let most: f64 = 0;
let leastRest: f64 = 0;
let mostRest: f64 = 0;
/** Z in f64, −1 while it is not known. */
let total64: f64 = -1;

/** Key of the least token of the nucleus where that is known, else 0; and how many tokens it has then. */
let edge: u64 = 0;
let size: i32 = 0;

/** The nucleus of mass `mass` of the dense row as it stands, whatever is cut off it later. */
export function holdNucleus(mass: f64): void {
  p = mass;
  ownBeta = beta;
  ownFloor = floor;
  scale = weightScale(beta);
  edge = 0;
}

/** The same where its least token is needed anyway. */
export function holdEdge(mass: f64): void {
  holdNucleus(mass);
  edge = nucleusEdge(mass);
  size = listCount;
}

/** Lists what of it is above the floor, after `holdEdge`: by ascending id, or if it is most of the row, as it was selected. */
export function listNucleus(): void {
  if (isMost(size)) keepAbove(floor);
  else gatherScattered(row, max(floor, floatBelow(keyLogit(edge))), 0, paddedLength);
  if (listCount > size) keepFrom(edge); // equals of the least
  useList();
}

/** Before the draw from what is above the floor, for which `openBlocks` was called. */
export function openNucleus(): void {
  if (edge != 0) return;
  if (ownBeta == beta && ownFloor == floor) return boundTotal(boundedTotal);
  openBlocksAbove(ownFloor, scale);
  boundTotal(boundedTotal);
  openBlocksAbove(floor, weightScale(beta));
}

function openBlocksAbove(logit: f32, blockScale: f32): void {
  setPivot(logit, -1);
  openBlocks(blockScale);
}

/** `bound`: 64 times the cheap weight of each block's largest element, added up. */
function boundTotal(bound: f64): void {
  leastTotal = (bound / BLOCK_ELEMENTS) * (BRACKET_LEAST_RATIO * BRACKET_SAFETY);
  mostTotal = bound / BRACKET_SAFETY;
  known = BOUNDED;
  total64 = -1;
  if (ownFloor == -Infinity && isMassKnown(scale)) {
    // the scan took it
    const total = massF32(row, scale);
    leastTotal = total * (1 - 2 * MASS_F32_ERROR);
    mostTotal = total * (1 + 2 * MASS_F32_ERROR);
    known = SUMMED;
  }
}

/** Whether `tokenId` belongs. */
export function belongsToNucleus(tokenId: i32): bool {
  const logit = logitAt(tokenId);
  if (edge != 0) return keyOf(logit, tokenId) >= edge;
  setPivot(logit, tokenId);
  least = leastRest = 0;
  most = mostRest = Infinity;
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const count = countBlocksAtLeast(logit);
  const isFew = count <= blocks / EXACT_BLOCKS;
  if (count <= blocks / FEW_BLOCKS || known > BOUNDED) narrow(logit, isFew);
  for (; !isSettled() && known < SUMMED; known++) {
    const isExact = known == BRACKETED;
    if (ownFloor > -Infinity) weighAboveFloor(logit, tokenId, isExact);
    else narrow(isExact ? -Infinity : min(logit, lightBelow(leastTotal, LEFT_OUT, scale)), isExact);
  }
  if (!isFew && !isSettled()) narrow(logit, true);
  return isSettled() ? isInside() : isInsideF64(logit, tokenId);
}

/** Narrows the bounds by the weights of blocks that have something from `from` on, which is not above the pivot. */
function narrow(from: f32, isExact: bool): void {
  boundMasses(scale, from, isExact ? -Infinity : Infinity);
  least = max(least, leastAbove);
  most = min(most, mostAbove);
  if (ownFloor > -Infinity) return;
  leastRest = max(leastRest, leastBelow);
  mostRest = min(mostRest, mostBelow);
  narrowTotal(leastMass, mostMass);
}

/** The same of a row that was cut. */
function weighAboveFloor(logit: f32, tokenId: i32, isExact: bool): void {
  setPivot(ownFloor, -1);
  boundMasses(scale, ownFloor, isExact ? -Infinity : Infinity);
  narrowTotal(leastAbove, mostAbove);
  setPivot(logit, tokenId);
  narrow(logit, isExact);
}

function narrowTotal(from: f64, to: f64): void {
  leastTotal = max(leastTotal, from);
  mostTotal = min(mostTotal, to);
}

/** Whether the bounds decide, of the mass above and the rest: of Z, which has both, errors of the mass above would count twice. */
function isSettled(): bool {
  return isInside() || (1 - p) * least >= p * min(mostRest, mostTotal - least);
}

function isInside(): bool {
  return most == 0 || (1 - p) * most < p * max(leastRest, leastTotal - most);
}

function isInsideF64(logit: f32, tokenId: i32): bool {
  const above = massAboveF64(ownBeta);
  if (total64 < 0) {
    setPivot(ownFloor, -1);
    total64 = massAboveF64(ownBeta);
    setPivot(logit, tokenId);
  }
  return above < p * total64;
}
