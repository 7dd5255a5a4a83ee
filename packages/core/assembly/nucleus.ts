// Whether a token of the dense row is in its nucleus: the mass above it is below p·Z. Both are bracketed, at first by what is
// known without weighing the row, then by cheap sums, by f32 sums, and last computed in f64.
import { BLOCK_ELEMENTS } from "../src/layout";
import { boundedTotal, openBlocks } from "./blockDraw";
import { countBlocksAtLeast } from "./gather";
import {
  CHEAP_LEAST_RATIO,
  CHEAP_SAFETY,
  cheapScale,
  MASS32_ERROR,
  massAbove,
  massTotal,
  setPivot,
  weighAbove,
  weighAll,
} from "./masses";
import { exactMass64Above } from "./masses64";
import { beta, floor, logitAt, row, setBeta, setFloor } from "./row";
import { rowMax } from "./scan";
import { paddedLength } from "./workspace";

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
/** The cheap sum, the f32 sum and the f64 sum of all, −1 while they are not known. */
let cheapTotal: f64 = -1;
let total32: f64 = -1;
let total64: f64 = -1;

/** The nucleus of mass `mass` of the dense row as it stands, whatever is cut off it later. */
export function holdNucleus(mass: f64): void {
  p = mass;
  ownBeta = beta;
  ownFloor = floor;
  scale = cheapScale(beta);
}

/** Makes the row again what it was when the nucleus was held. */
export function resumeNucleus(): void {
  setBeta(ownBeta);
  setFloor(ownFloor);
}

/** Before the draw from what is above the floor, for which `openBlocks` was called. */
export function openNucleus(): void {
  if (ownBeta == beta && ownFloor == floor) return boundTotal(boundedTotal);
  openBlocksAbove(ownFloor, scale);
  boundTotal(boundedTotal);
  openBlocksAbove(floor, cheapScale(beta));
}

function openBlocksAbove(logit: f32, weightScale: f32): void {
  setPivot(logit, -1);
  openBlocks(row, rowMax, weightScale);
}

/** `bound`: 64 times the cheap weight of each block's largest element, added up. */
function boundTotal(bound: f64): void {
  leastTotal = (bound / BLOCK_ELEMENTS) * (CHEAP_LEAST_RATIO * CHEAP_SAFETY);
  mostTotal = bound / CHEAP_SAFETY;
  cheapTotal = -1;
  total32 = -1;
  total64 = -1;
}

/** Whether `tokenId` belongs; it is the pivot afterwards. */
export function belongsToNucleus(tokenId: i32): bool {
  const logit = logitAt(tokenId);
  setPivot(logit, tokenId);
  const blocks = paddedLength / BLOCK_ELEMENTS;
  if (cheapTotal >= 0 || countBlocksAtLeast(logit) <= blocks / FEW_BLOCKS) {
    weighAbove(row, rowMax, scale, false);
    if (massAbove == 0) return true;
    if (isSettled()) return isInside();
  }
  if (cheapTotal < 0) {
    cheapTotal = weighTotal(logit, tokenId, false);
    leastTotal = cheapTotal * (CHEAP_LEAST_RATIO * CHEAP_SAFETY);
    mostTotal = cheapTotal / CHEAP_SAFETY;
    if (massAbove == 0) return true;
    if (isSettled()) return isInside();
  }
  if (total32 < 0) total32 = weighTotal(logit, tokenId, true);
  else weighAbove(row, rowMax, scale, true);
  const target32 = p * total32;
  if (massAbove < target32 * (1 - 2 * MASS32_ERROR)) return true;
  if (massAbove > target32 * (1 + 2 * MASS32_ERROR)) return false;
  const above64 = exactMass64Above(row, rowMax, ownBeta);
  if (total64 < 0) {
    setPivot(ownFloor, -1);
    total64 = exactMass64Above(row, rowMax, ownBeta);
    setPivot(logit, tokenId);
  }
  return above64 < p * total64;
}

/** The total, `massAbove` too, in one pass unless the row is cut. */
function weighTotal(logit: f32, tokenId: i32, exact: bool): f64 {
  if (ownFloor == -Infinity) {
    weighAll(row, rowMax, scale, exact);
    return massTotal;
  }
  setPivot(ownFloor, -1);
  weighAbove(row, rowMax, scale, exact);
  const total = massAbove;
  setPivot(logit, tokenId);
  weighAbove(row, rowMax, scale, exact);
  return total;
}

/** Whether cheap sums decide. */
function isSettled(): bool {
  return isInside() || massAbove * (CHEAP_LEAST_RATIO * CHEAP_SAFETY) >= p * mostTotal;
}

function isInside(): bool {
  return massAbove / CHEAP_SAFETY < p * leastTotal;
}
