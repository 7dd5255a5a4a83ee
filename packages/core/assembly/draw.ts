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
import { expNonPositive } from "./math";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform } from "./philox";
import { beta, floor, logitAt, row } from "./row";
import { rowMax } from "./scan";
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

/** Index of the drawn entry of the list, whose weights add up to `total`. */
export function drawFromList(job: usize, total: f64): i32 {
  drawUniforms(job, DOMAIN_DRAW, 0);
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

/** Token id drawn from the dense row, or from its nucleus of mass `p` where p < 1. */
export function drawFromRow(job: usize, p: f64): i32 {
  const largest = rowMax;
  const scale = cheapScale(beta);
  setPivot(floor, -1);
  let sums = blockSum;
  let spare = blockSumAbove;
  const isCut = floor > -Infinity;
  const total = isCut ? cheapMassesAbove(row, largest, scale, sums) : cheapMasses(row, largest, scale, sums);
  let current = total;
  let exactTotal32: f64 = -1;
  let attempt: u32 = 0;
  while (true) {
    drawUniforms(job, DOMAIN_DRAW, attempt++);
    const id = candidate(sums, current, largest, scale);
    const logit = logitAt(id);
    const weight = expNonPositive((<f64>logit - <f64>largest) * beta);
    if (uniformSecond * candidateChance > weight * CHEAP_SAFETY) continue;
    if (p >= 1) return id;
    setPivot(logit, id);
    const above = cheapMassesAbove(row, largest, scale, spare);
    if (above == 0 || above < p * total * (CHEAP_LEAST_RATIO * CHEAP_SAFETY)) return id;
    if (above * (CHEAP_LEAST_RATIO * CHEAP_SAFETY) < p * total) {
      const beta32 = <f32>max(min(beta, 1e30), 1.4e-45); // above 0, so that padding weighs 0
      if (exactTotal32 < 0) {
        setPivot(floor, -1);
        exactTotal32 = isCut ? exactMass32Above(row, largest, beta32) : exactMass32(row, largest, beta32);
        setPivot(logit, id);
      }
      const above32 = exactMass32Above(row, largest, beta32);
      const target32 = p * exactTotal32;
      if (above32 < target32 * (1 - 2 * MASS32_ERROR)) return id;
      if (above32 <= target32 * (1 + 2 * MASS32_ERROR)) {
        const above64 = exactMass64Above(row, largest, beta);
        setPivot(floor, -1);
        const target64 = p * exactMass64Above(row, largest, beta);
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
