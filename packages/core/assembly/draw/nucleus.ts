// Whether a token of the dense row is in its nucleus: the mass above it is below p·Z. Both are bracketed, at first by what is
// known without weighing the row, then by cheap sums, by f32 sums, and last computed in f64.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { countBlocksAtLeast } from "../list/count";
import { paddedLength } from "../memory/workspace";
import { isMassKnown, massF32 } from "../row/massF32";
import { beta, floor, logitAt, row, setBeta, setFloor } from "../row/row";
import { BRACKET_LEAST_RATIO, BRACKET_SAFETY, MASS_F32_ERROR, weightScale } from "../sums/bracketWeights";
import { massAboveF64 } from "../sums/massF64";
import { massAbove, massAboveBracket, massAboveF32, massesBracket, massesF32, massTotal } from "../sums/masses";
import { setPivot } from "../sums/pivot";
import { boundedTotal, openBlocks } from "./blockDraw";

/** Share of the blocks up to which the mass above a token is computed before the total is. */
const FEW_BLOCKS = 8;
/** What top-p found: its p, and the row's temperature and floor at that time, which later stages may change. */
let p: f64 = 1;
let ownBeta: f64 = 1;
let ownFloor: f32 = -Infinity;
let scale: f32 = 0;
/** Z lies between them: exact weights. */
let leastTotal: f64 = 0;
let mostTotal: f64 = 0;
/** The cheap sum, or a better one, the f32 sum and the f64 sum of all, −1 while they are not known. */
let bracketTotal: f64 = -1;
let total32: f64 = -1;
let total64: f64 = -1;

/** The nucleus of mass `mass` of the dense row as it stands, whatever is cut off it later. */
export function holdNucleus(mass: f64): void {
  p = mass;
  ownBeta = beta;
  ownFloor = floor;
  scale = weightScale(beta);
}

/** Restores the beta and the floor that the row had at `holdNucleus`. */
export function resumeNucleus(): void {
  setBeta(ownBeta);
  setFloor(ownFloor);
}

/** Before the draw from what is above the floor, for which `openBlocks` was called. */
export function openNucleus(): void {
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
  bracketTotal = -1;
  total32 = -1;
  total64 = -1;
  if (ownFloor == -Infinity && isMassKnown(scale)) {
    // the scan took it
    total32 = massF32(row, scale);
    bracketTotal = total32;
    leastTotal = total32 * (1 - 2 * MASS_F32_ERROR);
    mostTotal = total32 * (1 + 2 * MASS_F32_ERROR);
  }
}

/** Whether `tokenId` belongs; it is the pivot afterwards. */
export function belongsToNucleus(tokenId: i32): bool {
  const logit = logitAt(tokenId);
  setPivot(logit, tokenId);
  const blocks = paddedLength / BLOCK_ELEMENTS;
  if (bracketTotal >= 0 || countBlocksAtLeast(logit) <= blocks / FEW_BLOCKS) {
    massAboveBracket(scale);
    if (massAbove == 0) return true;
    if (isSettled()) return isInside();
  }
  if (bracketTotal < 0) {
    bracketTotal = totalBracket(logit, tokenId);
    leastTotal = bracketTotal * (BRACKET_LEAST_RATIO * BRACKET_SAFETY);
    mostTotal = bracketTotal / BRACKET_SAFETY;
    if (massAbove == 0) return true;
    if (isSettled()) return isInside();
  }
  if (total32 < 0) total32 = totalF32(logit, tokenId);
  else massAboveF32(scale);
  const target32 = p * total32;
  if (massAbove < target32 * (1 - 2 * MASS_F32_ERROR)) return true;
  if (massAbove > target32 * (1 + 2 * MASS_F32_ERROR)) return false;
  const above64 = massAboveF64(ownBeta);
  if (total64 < 0) {
    setPivot(ownFloor, -1);
    total64 = massAboveF64(ownBeta);
    setPivot(logit, tokenId);
  }
  return above64 < p * total64;
}

/** The bracketing total, and `massAbove` of the pivot, which is the token: in one pass unless the row is cut. */
function totalBracket(logit: f32, tokenId: i32): f64 {
  if (ownFloor == -Infinity) {
    massesBracket(scale);
    return massTotal;
  }
  setPivot(ownFloor, -1);
  massAboveBracket(scale);
  const total = massAbove;
  setPivot(logit, tokenId);
  massAboveBracket(scale);
  return total;
}

/** The same by f32 weights. */
function totalF32(logit: f32, tokenId: i32): f64 {
  if (ownFloor == -Infinity) {
    massesF32(scale);
    return massTotal;
  }
  setPivot(ownFloor, -1);
  massAboveF32(scale);
  const total = massAbove;
  setPivot(logit, tokenId);
  massAboveF32(scale);
  return total;
}

/** Whether cheap sums decide. */
function isSettled(): bool {
  return isInside() || massAbove * (BRACKET_LEAST_RATIO * BRACKET_SAFETY) >= p * mostTotal;
}

function isInside(): bool {
  return massAbove / BRACKET_SAFETY < p * leastTotal;
}
