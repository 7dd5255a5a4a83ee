// A token of the dense row after adaptive-p, without a list of the row. Probable tokens are listed and weighed in f64. A
// probability p of the others, the tail, is so small that the new weight, relative to that of p = 0, is 1 + slope·p, and for
// the least of them 1, as new logits are rounded to f32. What all of that may be off by leaves open few tokens, and few
// roundings of the probability that the state remembers: these take a longer list, or sums in f64, or a list of the row.
import { BLOCK_ELEMENTS, DOMAIN_DRAW } from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { boundedTotal, openBlocks } from "../draw/blockDraw";
import { drawUniforms, uniformFirst } from "../draw/uniforms";
import { gatherScattered } from "../list/gather";
import { keyTokenId } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { setWeight, weighList, weightAt } from "../list/weights";
import { blockMass, groupMass, paddedLength } from "../memory/workspace";
import { expModerate, expNonPositive } from "../numbers/exp64";
import { floatBelow, roundedDown } from "../numbers/floats";
import { logPositive } from "../numbers/log64";
import { POWER_SCALE, scaledPower } from "../numbers/power32";
import { beta, row } from "../row/row";
import { rowMax } from "../row/scan";
import { bentLogit, nextSum, rememberProb, targetOf } from "../samplers/adaptiveP";
import { weightScale } from "../sums/bracketWeights";
import { canCutDense } from "../sums/denseCut";
import { massAboveF64 } from "../sums/massF64";
import { setPivot } from "../sums/pivot";
import { finiteCount, middleCount, middleMass, tailMass, weighTail } from "../sums/tail";

/** Listed is what weighs more than a share of the sum of all blocks' largest: the first share that lists no more than a part of
 *  the row, and if that leaves something open, the one before it. Powers of 2, like what follows: few bytes. */
const FIRST_SHARE: f64 = 1.0 / 4194304;
const LAST_SHARE: f64 = 1.0 / 64;
const SHARE_STEP: f64 = 4;
const LISTED_PART = 8;
const LONGER_PART = 2;
/** From that probability on, a listed token has its own new logit; below it, one by a square in p, less than CUBES off for all. */
const OWN_LOGIT: f64 = 1.0 / 8192;
const CUBES: f64 = 1.0 / 4096;
/** Bounds of the new logit's slope by p, of half its second derivative, and of the square's factor in the weight of the tail. */
const STEEPEST: f64 = 34;
const MOST_BENT: f64 = 112;
const MOST_SQUARE: f64 = 1024;
/** Of f32 weights relative to the ceiling, by their sum (2.15e-6) and by their number (4.2e-9): 5e-7 of a power, 8 units of rounding
 *  of a block's sum, and as in entropyBracket.ts for depths of at most 8 powers of 2; what is deeper is off by 8/2^8 of
 *  DEPTH_ERROR at most. */
const SHARE_ERROR: f64 = 9.0 / 4194304;
const COUNT_ERROR: f64 = 9.0 / 2147483648;
/** Half a unit in the last place of an f32, as a share of it at most. */
const HALF_UNIT: f64 = 1.0 / 16777216;
/** Of each term of an f64 sum, as a share of the sum; of a new logit before it is rounded. */
const ROUNDING: f64 = 1.0 / 2251799813685248;
const LOGIT_ROUNDING: f64 = 1.0 / 8796093022208;

let ceiling: f32 = 0;
let low: f32 = 0;
let target: f64 = 0;
/** New logit of a token of probability 0, rounded, and what it is more without that; how fast it rises, and 1 + p·(slope +
 *  p·square) is the weight. */
let base: f64 = 0;
let offset: f64 = 0;
let slope: f64 = 0;
let square: f64 = 0;

/** Token id drawn from the dense row after the adaptive-p of `stage`, which is the last; −1, and nothing done, where that takes
 *  the list. */
export function drawAdaptive(stage: usize): i32 {
  if (!ASC_FEATURE_SIMD || !canCutDense()) return -1;
  target = targetOf(stage);
  expand();
  setPivot(-Infinity, -1);
  openBlocks(weightScale(beta));
  const largest = boundedTotal / BLOCK_ELEMENTS;
  let share = FIRST_SHARE;
  while (!listAbove(largest * share, LISTED_PART)) {
    share *= SHARE_STEP;
    if (share > LAST_SHARE) return -1;
  }
  let token = drawListed(stage);
  if (token < 0 && listAbove((largest * share) / SHARE_STEP, LONGER_PART)) token = drawListed(stage);
  if (token >= 0) return token;
  weighList(rowMax, beta);
  return draw(stage, massAboveF64(beta), ROUNDING * <f64>(finiteCount + 64));
}

/** Lists what weighs more, by ascending id. False, and nothing done, if that is much of the row. */
function listAbove(weight: f64, part: i32): bool {
  const from = min(roundedDown(<f64>rowMax + logPositive(weight) / beta), rowMax);
  const most = paddedLength / part;
  if (gatherScattered(row, from, 0, most) > most) return false;
  ceiling = from;
  return true;
}

/** The new logit and the new weight around probability 0. */
function expand(): void {
  const distance = target / 0.3;
  const far = 1 + distance;
  const logit = bentLogit(0, target);
  base = <f64>(<f32>logit);
  offset = logit - base;
  slope = (10 * (far * far - 1)) / (0.3 * far * far);
  square = (slope * slope) / 2 - 10 / (0.3 * 0.3 * far * far * far);
}

/** At and below the logit that it returns, the new logit is that of probability 0. `least`: Σ weight of the row is not less. */
function lowLogit(least: f64): f32 {
  const rise = (<f64>-floatBelow(-(<f32>base)) - base) / 2 - offset;
  const fall = (base - <f64>floatBelow(<f32>base)) / 2 + offset;
  let p = probWithin(rise);
  if (p > target) p = probWithin(min(rise, fall)); // up to there, logits only rise
  return floatBelow(roundedDown(<f64>rowMax + logPositive(p * least) / beta));
}

/** A probability up to which the new logit is less than `gap` away from that of 0. */
function probWithin(gap: f64): f64 {
  const least = max(gap - LOGIT_ROUNDING, 0);
  return ((2 - HALF_UNIT) * least) / (slope + sqrt(slope * slope + 4 * MOST_BENT * least));
}

/** The token that is drawn, by the list and the tail's f32 weights; −1: not known. */
function drawListed(stage: usize): i32 {
  const listed = weighList(rowMax, beta);
  const unit = expNonPositive((<f64>ceiling - <f64>rowMax) * beta) / POWER_SCALE;
  low = min(lowLogit(max(listed, 1)), ceiling);
  const extra = offset == 0 ? 0 : (offset * listed) / (slope * unit);
  weighTail(ceiling, low, weightScale(beta), extra);
  const tail = unit * tailMass;
  const error = SHARE_ERROR * tail + COUNT_ERROR * POWER_SCALE * unit * <f64>finiteCount;
  return draw(stage, listed + tail, error / (listed + tail) + ROUNDING * <f64>(finiteCount + 64));
}

/** The same where Σ weight of the row is `total`, within a share of `error`. Instead of weights, the list has what new weights
 *  are more than 1 afterwards. */
function draw(stage: usize, total: f64, error: f64): i32 {
  const most = expNonPositive((<f64>ceiling - <f64>rowMax) * beta) / total;
  const tail = (most * tailMass) / POWER_SCALE;
  const perMass = (slope * most) / POWER_SCALE;
  let slack =
    (1 + tail) * (abs(base) + OWN_LOGIT * 64) * HALF_UNIT * middleCount +
    MOST_SQUARE * most * tail +
    STEEPEST * ((SHARE_ERROR + error) * tail + COUNT_ERROR * most * <f64>finiteCount + error) +
    CUBES;
  let all = <f64>finiteCount + perMass * middleMass;
  for (let i = 0; i < listCount; i++) {
    const p = weightAt(i) / total;
    let more = p * (slope + p * square);
    if (p > OWN_LOGIT) {
      const logit = bentLogit(p, target);
      const slip = STEEPEST * p * error + LOGIT_ROUNDING;
      const weight = expModerate(<f64>(<f32>logit) - base);
      slack += weight * (<f64>(<f32>(logit + slip)) - <f64>(<f32>(logit - slip))) * (1 + LAST_SHARE);
      more = weight - 1 - offset;
    }
    setWeight(i, more);
    all += more;
  }
  slack += ROUNDING * <f64>(finiteCount + 64) * all;
  drawUniforms(DOMAIN_DRAW, 0);
  slack *= max(uniformFirst, 1 - uniformFirst);
  const token = tokenAt(uniformFirst * all, slack, perMass);
  if (token < 0) return -1;
  const p = expNonPositive((<f64>load<f32>(row + ((<usize>token) << 2)) - <f64>rowMax) * beta) / total;
  if (nextSum(stage, p * (1 - error)) != nextSum(stage, p * (1 + error))) return -1;
  rememberProb(stage, token, p);
  return token;
}

/** The token that `point` falls on in the order of ids; −1 if it is less than `slack` away from another. */
function tokenAt(point: f64, slack: f64, perMass: f64): i32 {
  let sum: f64 = 0;
  let next = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const before = sum;
    const first = next;
    sum += load<f64>(groupMass + ((<usize>b) << 3)) + perMass * load<f64>(blockMass + ((<usize>b) << 3));
    while (next < listCount && keyTokenId(keyAt(next)) < (b + 1) * BLOCK_ELEMENTS) sum += weightAt(next++);
    if (sum > point - slack) return tokenOfBlock(b, before, first, point, slack, perMass);
  }
  return -1;
}

/** The same of the block; `sum`: what comes before it; `next`: its first listed token. */
function tokenOfBlock(block: i32, sum: f64, next: i32, point: f64, slack: f64, perMass: f64): i32 {
  const scale = weightScale(beta);
  openBlock(block);
  for (let id = block * BLOCK_ELEMENTS; id < (block + 1) * BLOCK_ELEMENTS; id++) {
    const x = load<f32>(row + ((<usize>id) << 2));
    if (x == -Infinity) continue;
    const before = sum;
    sum += x > low ? 1 + offset : 1;
    if (x > ceiling) sum += weightAt(next++);
    else if (x > low) sum += perMass * <f64>scaledPower((x - ceiling) * scale);
    if (sum > point - slack) return before <= point - slack && sum > point + slack ? id : -1;
  }
  return -1;
}
