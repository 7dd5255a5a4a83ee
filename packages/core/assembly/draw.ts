// One token from what is left, exactly by its law.
//
// List: inversion in list order with an f64 sum and a 53-bit uniform strictly inside (0, 1).
// Dense: a candidate is drawn by cheap overestimates and accepted with the ratio of its exact weight to them (≥ 94 %), so
// the law is exact although the sum is not. A top-p that is the last stage needs no list either: a candidate belongs to
// the nucleus if the mass above it is below p·Z, and candidates that belong follow the nucleus law. Both masses are
// bracketed by the cheap sums; only when the brackets overlap are they computed, in f32, then in f64. After a candidate
// that does not belong, nothing at or below it does: the next is drawn from above it.
import {
  BLOCK_ELEMENTS,
  DOMAIN_DRAW,
  JOB_POSITION,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
} from "../src/layout";
import { listCount, weightAt } from "./list";
import {
  cheapMasses,
  cheapMassesAbove,
  cheapScale,
  CHEAP_LEAST_RATIO,
  CHEAP_SAFETY,
  cheapWeight,
  exactMass32,
  exactMass32Above,
  exactMass64Above,
  isAbovePivot,
  MASS32_ERROR,
  setPivot,
} from "./masses";
import { expModerate } from "./math";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform } from "./philox";
import { beta, floor, logitAt, row } from "./row";
import { rowMax } from "./scan";
import { isWeighed, reference, totalMass } from "./weighedScan";
import { blockSum, blockSumAbove, paddedLength } from "./workspace";

/** Two uniforms of a job: attempt 0, 1, 2, … of one domain. */
let uniformFirst: f64 = 0;
let uniformSecond: f64 = 0;

function drawUniforms(job: usize, domain: u32, attempt: u32): void {
  philoxBlock(
    load<u32>(job, JOB_SEQUENCE_LOW),
    load<u32>(job, JOB_SEQUENCE_HIGH),
    load<u32>(job, JOB_POSITION),
    (domain << 24) | attempt,
    load<u32>(job, JOB_SEED_LOW),
    load<u32>(job, JOB_SEED_HIGH),
  );
  uniformFirst = uniform(philox0, philox1);
  uniformSecond = uniform(philox2, philox3);
}

/** A uniform of the job for decisions of `domain` other than the draw itself. */
export function coin(job: usize, domain: u32): f64 {
  drawUniforms(job, domain, 0);
  return uniformFirst;
}

/** Index of the drawn entry of the list, whose weights add up to `total`. `attempt`: how many draws came before. */
export function drawFromList(job: usize, total: f64, attempt: u32): i32 {
  drawUniforms(job, DOMAIN_DRAW, attempt);
  const target = uniformFirst * total;
  let sum: f64 = 0;
  let last = 0;
  for (let i = 0; i < listCount; i++) {
    const weight = weightAt(i);
    if (weight > 0) {
      last = i;
      sum += weight;
      if (sum > target) break;
    }
  }
  return last;
}

/** What the cheap weights of the dense row are relative to, and their sum, after `openDenseDraw`. */
export let denseOrigin: f32 = 0;
export let denseTotal: f64 = 0;

/** Fills `blockSum` with the cheap weights of what of the row is above `floor`, if the scan did not. */
export function openDenseDraw(scale: f32): void {
  const isScanned = floor == -Infinity && isWeighed(scale);
  denseOrigin = isScanned ? reference : rowMax;
  setPivot(floor, -1);
  if (isScanned) denseTotal = totalMass(blockSum);
  else if (floor > -Infinity) denseTotal = cheapMassesAbove(row, denseOrigin, scale, blockSum);
  else denseTotal = cheapMasses(row, denseOrigin, scale, blockSum);
}

/** A token above the pivot, drawn by its exact weight from block sums of cheap ones that add up to `total`; −1: refused. */
export function proposeToken(job: usize, attempt: u32, sums: usize, total: f64, scale: f32): i32 {
  drawUniforms(job, DOMAIN_DRAW, attempt);
  const id = candidate(sums, total, denseOrigin, scale);
  const weight = expModerate((<f64>logitAt(id) - <f64>denseOrigin) * beta);
  return uniformSecond * candidateChance > weight * CHEAP_SAFETY ? -1 : id;
}

/** Token id drawn from the dense row, or from its nucleus of mass `p` where p < 1. */
export function drawFromRow(job: usize, p: f64): i32 {
  const scale = cheapScale(beta);
  openDenseDraw(scale);
  const isCut = floor > -Infinity;
  const origin = denseOrigin;
  const total = denseTotal;
  let sums = blockSum;
  let spare = blockSumAbove;
  let current = total;
  let exactTotal32: f64 = -1;
  let attempt: u32 = 0;
  while (true) {
    const id = proposeToken(job, attempt++, sums, current, scale);
    if (id < 0) continue;
    if (p >= 1) return id;
    const logit = logitAt(id);
    setPivot(logit, id);
    const above = cheapMassesAbove(row, origin, scale, spare);
    if (above == 0 || above < p * total * (CHEAP_LEAST_RATIO * CHEAP_SAFETY)) return id;
    if (above * (CHEAP_LEAST_RATIO * CHEAP_SAFETY) < p * total) {
      if (exactTotal32 < 0) {
        setPivot(floor, -1);
        exactTotal32 = isCut ? exactMass32Above(row, rowMax, scale) : exactMass32(row, rowMax, scale);
        setPivot(logit, id);
      }
      const above32 = exactMass32Above(row, rowMax, scale);
      const target32 = p * exactTotal32;
      if (above32 < target32 * (1 - 2 * MASS32_ERROR)) return id;
      if (above32 <= target32 * (1 + 2 * MASS32_ERROR)) {
        const above64 = exactMass64Above(row, rowMax, beta);
        setPivot(floor, -1);
        const target64 = p * exactMass64Above(row, rowMax, beta);
        setPivot(logit, id);
        if (above64 < target64) return id;
      }
    }
    const rejected = sums;
    sums = spare;
    spare = rejected;
    current = above;
  }
}

/** Probability of the last candidate, times `current`, in units of weight: its cheap weight corrected for rounded sums. */
let candidateChance: f64 = 0;

/** Draws a token above the pivot by cheap weight, using `uniformFirst`. */
function candidate(sums: usize, current: f64, largest: f32, scale: f32): i32 {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  let target = uniformFirst * current;
  let block = -1;
  for (let b = 0; b < blocks; b++) {
    const sum = load<f64>(sums + ((<usize>b) << 3));
    if (sum == 0) continue;
    block = b;
    if (target < sum) break;
    target -= sum;
  }
  const blockMass = load<f64>(sums + ((<usize>block) << 3));
  const first = block * BLOCK_ELEMENTS;
  let sum: f64 = 0;
  for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
    const x = logitAt(id);
    if (isAbovePivot(x, id)) sum += <f64>cheapWeight(x, largest, scale);
  }
  const inBlock = (min(target, blockMass) / blockMass) * sum;
  let chosen = -1;
  let weight: f64 = 0;
  let running: f64 = 0;
  for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
    const x = logitAt(id);
    if (!isAbovePivot(x, id)) continue;
    const w = <f64>cheapWeight(x, largest, scale);
    if (w <= 0) continue;
    chosen = id;
    weight = w;
    running += w;
    if (running > inBlock) break;
  }
  candidateChance = (weight * blockMass) / sum;
  return chosen;
}
