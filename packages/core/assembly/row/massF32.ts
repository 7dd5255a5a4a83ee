// The sum of a row's f32 weights, relative to the largest element so far: when a larger one turns up, the sum is scaled down.
// So it can be taken in the pass that finds the largest, which then waits for memory less than it computes (the idea: Milakov
// and Gimelshein 2018, arXiv 1805.02867). On the way or later: the steps are the same, and so are the bits.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { narrowRow, passBlock, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F16_INFINITY, F32, fourOf16, isBf16 } from "../blocks/widen";
import { blockMax, expTable, paddedLength } from "../memory/workspace";
import { LN2 } from "../numbers/constants";
import { expNonPositive } from "../numbers/exp64";
import { POWER_SCALE, scaledPower, scaledPowerx4, weighsNothing } from "../numbers/power32";
import { add4 } from "../numbers/vectors";
import { forgetLeast } from "./scanLeast";
import { forgetMoments } from "./scanMoments";

/** Blocks between two looks at the largest element. */
const STEP_BLOCKS = 4;
/** Of the sum that is being taken: log2(e)·beta, the largest element so far, and the sum of each lane. */
let scale: f32 = 0;
let largest: f32 = -f32.MAX_VALUE;
let lane0: f64 = 0;
let lane1: f64 = 0;
let lane2: f64 = 0;
let lane3: f64 = 0;
/** Scale of the sum of the row as it stands, 0: not known. */
let knownScale: f32 = 0;

/** The row has changed, or is another: what was summed on the way is not its sum. */
export function forgetMass(): void {
  knownScale = 0;
  forgetMoments();
  forgetLeast();
}

/** Whether the sum of that scale was taken on the way. */
export function isMassKnown(weightScale: f32): bool {
  return knownScale == weightScale;
}

/** Starts a sum over all steps of a row. */
export function startMass(weightScale: f32): void {
  knownScale = weightScale;
  scale = weightScale;
  largest = -f32.MAX_VALUE;
  lane0 = 0;
  lane1 = 0;
  lane2 = 0;
  lane3 = 0;
}

/** Adds the weights of one step where all its blocks lie in a row of that form, given its largest elements. */
// @ts-ignore: decorator
@inline
export function addStep(first: usize, maxima: v128, form: i32): void {
  if (v128.any_true(f32x4.gt(maxima, f32x4.splat(largest)))) raiseLargest(maxima);
  let step01 = f64x2.splat(0);
  let step23 = step01;
  const blockBytes = 4 * bytesOf16(form);
  for (let block = first; block < first + STEP_BLOCKS * blockBytes; block += blockBytes) {
    const sums = blockSums(block, form);
    step01 = f64x2.add(step01, f64x2.promote_low_f32x4(sums));
    step23 = f64x2.add(step23, f64x2.promote_low_f32x4(i32x4.shuffle(sums, sums, 2, 3, 0, 1)));
  }
  addLanes(step01, step23);
}

function addLanes(step01: v128, step23: v128): void {
  lane0 += f64x2.extract_lane(step01, 0);
  lane1 += f64x2.extract_lane(step01, 1);
  lane2 += f64x2.extract_lane(step23, 0);
  lane3 += f64x2.extract_lane(step23, 1);
}

function raiseLargest(maxima: v128): void {
  raiseLargestTo(
    max(
      max(f32x4.extract_lane(maxima, 0), f32x4.extract_lane(maxima, 1)),
      max(f32x4.extract_lane(maxima, 2), f32x4.extract_lane(maxima, 3)),
    ),
  );
}

function raiseLargestTo(most: f32): void {
  const factor = expNonPositive((<f64>largest - <f64>most) * <f64>scale * LN2);
  largest = most;
  lane0 *= factor;
  lane1 *= factor;
  lane2 *= factor;
  lane3 *= factor;
}

/** The weights of 64 elements, added up in each lane. */
// @ts-ignore: decorator
@inline
function blockSums(block: usize, form: i32): v128 {
  const table = expTable;
  const largest4 = f32x4.splat(largest);
  const scale4 = f32x4.splat(scale);
  let sums = f32x4.splat(0);
  for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
    const w0 = scaledPowerx4(f32x4.mul(f32x4.sub(fourOf16(p, 0, form), largest4), scale4), table);
    const w1 = scaledPowerx4(f32x4.mul(f32x4.sub(fourOf16(p, 1, form), largest4), scale4), table);
    const w2 = scaledPowerx4(f32x4.mul(f32x4.sub(fourOf16(p, 2, form), largest4), scale4), table);
    const w3 = scaledPowerx4(f32x4.mul(f32x4.sub(fourOf16(p, 3, form), largest4), scale4), table);
    sums = f32x4.add(sums, add4(w0, w1, w2, w3));
  }
  return sums;
}

/** Lane 0 … 3 of `blockSums`. */
function laneSum(lane: usize): f64 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = scaledPower((load<f32>(p) - largest) * scale);
    const w1 = scaledPower((load<f32>(p, 16) - largest) * scale);
    const w2 = scaledPower((load<f32>(p, 32) - largest) * scale);
    const w3 = scaledPower((load<f32>(p, 48) - largest) * scale);
    sum += w0 + w1 + (w2 + w3);
  }
  return <f64>sum;
}

/** Whether anything in the row was not a number or infinite; NaN in an element makes its lane NaN. */
export function isMassNaN(): bool {
  const sum = lane0 + lane2 + (lane1 + lane3);
  return sum != sum;
}

/** Sum of the exact weights e^((x − rowMax)·beta), within MASS_F32_ERROR; within 1.5e-6 for beta = 1. weightScale: log2(e)·beta
 *  as f32. The block maxima must be up to date. */
export function massF32(row: usize, weightScale: f32): f64 {
  if (knownScale != weightScale) {
    startMass(weightScale);
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b += STEP_BLOCKS) {
      if (ASC_FEATURE_SIMD && narrowRow != 0) addNarrowStep(row, b);
      else addBlocks(row, b);
    }
  }
  return (lane0 + lane2 + (lane1 + lane3)) / POWER_SCALE;
}

/** One step of a row of 16 bits whose largest elements stand in `blockMax`. */
export function addNarrowStep(row: usize, first: i32): void {
  const maxima = v128.load(blockMax + ((<usize>first) << 2));
  if (isBf16) return addStep(passBlock(0, first, BF16), maxima, BF16);
  if (v128.any_true(f32x4.gt(maxima, f32x4.splat(largest)))) raiseLargest(maxima);
  // else what is not finite would weigh something
  if (weighsNothing(-F16_INFINITY, largest, scale)) addStep(passBlock(0, first, F16), maxima, F16);
  else addBlocks(row, first);
}

/** One step, block by block. */
function addBlocks(row: usize, first: i32): void {
  const maxima = blockMax + ((<usize>first) << 2);
  const most = max(max(load<f32>(maxima), load<f32>(maxima, 4)), max(load<f32>(maxima, 8), load<f32>(maxima, 12)));
  if (most > largest) raiseLargestTo(most);
  if (ASC_FEATURE_SIMD) {
    let step01 = f64x2.splat(0);
    let step23 = step01;
    for (let b = first; b < first + STEP_BLOCKS; b++) {
      const sums = blockSums(readBlock(row, b), F32);
      step01 = f64x2.add(step01, f64x2.promote_low_f32x4(sums));
      step23 = f64x2.add(step23, f64x2.promote_low_f32x4(i32x4.shuffle(sums, sums, 2, 3, 0, 1)));
    }
    addLanes(step01, step23);
  } else {
    let step0: f64 = 0;
    let step1: f64 = 0;
    let step2: f64 = 0;
    let step3: f64 = 0;
    for (let b = first; b < first + STEP_BLOCKS; b++) {
      const block = readBlock(row, b);
      step0 += laneSum(block);
      step1 += laneSum(block + 4);
      step2 += laneSum(block + 8);
      step3 += laneSum(block + 12);
    }
    lane0 += step0;
    lane1 += step1;
    lane2 += step2;
    lane3 += step3;
  }
}
