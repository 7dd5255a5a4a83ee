// Σ weight and Σ weight·z of a dense row, z in powers of 2, at several precisions: f32 weights in the blocks that may weigh
// much, bracketing ones, which cost a third, in the others, and bounds of the lightest. On rows of language models few blocks
// are heavy and the bracket is narrow. Of the SIMD build alone: what is decided by bounds is the same without them.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F32, fourOf16 } from "../blocks/widen";
import { countBlocksAtLeast } from "../list/count";
import { blockMax, expTable, paddedLength } from "../memory/workspace";
import { LN2 } from "../numbers/constants";
import { logPositive } from "../numbers/log64";
import { POWER_SCALE, scaledPowerInRangex4 } from "../numbers/power32";
import { add4, lanesSum, sumOfLanes } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import {
  BIAS,
  BRACKET_LEAST_RATIO,
  BRACKET_SAFETY,
  LOWEST,
  MASS_F32_ERROR,
  weigh4,
  weighedForm,
} from "./bracketWeights";
import { boundMasses, leastMass, mostMass } from "./masses";
import { setPivot } from "./pivot";

/** A block is heavy whose largest element weighs more than this share of the sum of all blocks' largest; of many blocks, than
 *  this part of their mean. */
const HEAVY_SHARE: f64 = 0.02 / <f64>BLOCK_ELEMENTS;
const HEAVY_PART: f64 = 0.25;
/** Where a larger share of the blocks is heavy, a mixed sum costs more than one in f32. */
const MOST_HEAVY: f64 = 0.4;
/** Rows that are not even tried after one that had too many heavy blocks. */
const PATIENCE = 16;
/** Share of Σ weight up to which blocks are not weighed for it. */
const LEFT_OUT: f64 = 0.002;
/** Share of that up to which blocks are not weighed for moments; z from which on, downwards, weight·z falls: 1 / ln 2. */
const MOMENT_LEFT_OUT: f64 = 0.04;
const LEAST_FALLING: f32 = -1.5;
const LEAST_POWER: f32 = -125.0;

/** Rows for which `mixedPays` is false without a measurement. It changes the cost, never the result. */
let rowsToPass: i32 = 0;

/** Whether mixed sums are likely to pay for the row that is begun. */
export function mixedPays(): bool {
  if (!ASC_FEATURE_SIMD) return false;
  if (rowsToPass == 0) return true;
  rowsToPass--;
  return false;
}

/** A block whose largest logit is at least this is heavy. */
let heavyLogit: f32 = 0;
/** Σ weight of the largest elements of all blocks, after `divideBlocks`. */
export let largestMass: f64 = 0;

/** Tells heavy blocks from light ones by the block maxima. Whether a mixed sum pays. */
export function divideBlocks(scale: f32): bool {
  if (ASC_FEATURE_SIMD && mixedPays()) {
    const blocks = paddedLength / BLOCK_ELEMENTS;
    const end = blockMax + ((<usize>blocks) << 2);
    const largest4 = f32x4.splat(rowMax);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    let sums = f32x4.splat(0);
    for (let p = blockMax; p < end; p += 16) {
      const z = f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), bias4);
      sums = f32x4.sub(sums, i32x4.shl(i32x4.max_s(lowest4, z), 8));
    }
    largestMass = <f64>sumOfLanes(sums);
    const weight = largestMass * min(HEAVY_SHARE, HEAVY_PART / <f64>blocks);
    heavyLogit = logitOf(weight, scale);
    const pays = <f64>countBlocksAtLeast(heavyLogit) <= MOST_HEAVY * <f64>blocks;
    if (!pays) rowsToPass = PATIENCE;
    return pays;
  }
  return false;
}

/** Blocks of logits below this weigh no more than `share` of `total` together. */
export function lightBelow(total: f64, share: f64, scale: f32): f32 {
  return logitOf((total * share) / <f64>paddedLength, scale);
}

/** The logit of that weight. */
function logitOf(weight: f64, scale: f32): f32 {
  return <f32>(<f64>rowMax + logPositive(weight) / LN2 / <f64>scale);
}

// @ts-ignore: decorator
@inline
function isHeavy(block: i32): bool {
  return load<f32>(blockMax + ((<usize>block) << 2)) >= heavyLogit;
}

/** Bounds of Σ weight after `massMixed` and `momentMixed`. */
export let mixedLeast: f64 = 0;
export let mixedMost: f64 = 0;

/** Bounds Σ weight, after `divideBlocks`. */
export function massMixed(scale: f32): void {
  setPivot(Infinity, -1);
  boundMasses(scale, min(heavyLogit, lightBelow(largestMass, LEFT_OUT, scale)), heavyLogit);
  mixedLeast = leastMass;
  mixedMost = mostMass;
}

/** Σ weight in the middle of its bounds, the mean of z, and how far off this can be, after `momentMixed`. The entropy by both, in
 *  powers of 2, is as far off at most: a weight's error moves it by its distance from the mean too. */
export let mixedMass: f64 = 0;
export let mixedMean: f64 = 0;
export let mixedMeanError: f64 = 0;

/** Bounds Σ weight and the mean of z, after `divideBlocks`. `f32Error`: relative error of f32 sums of weight·(1 − z). */
export function momentMixed(scale: f32, f32Error: f64): void {
  const form = weighedForm(scale);
  if (form == BF16) sumMoments(scale, f32Error, BF16);
  else if (form == F16) sumMoments(scale, f32Error, F16);
  else sumMoments(scale, f32Error, F32);
}

// @ts-ignore: decorator
@inline
function sumMoments(scale: f32, f32Error: f64, form: i32): void {
  const largest4 = f32x4.splat(rowMax);
  const scale4 = f32x4.splat(scale);
  const bias4 = f32x4.splat(BIAS);
  const lowest4 = f32x4.splat(LOWEST);
  const least4 = f32x4.splat(LEAST_POWER);
  let heavy = f64x2.splat(0);
  let heavyMoment = heavy;
  let light = heavy;
  let lightMoment = heavy;
  const from = min(heavyLogit, lightBelow(largestMass, MOMENT_LEFT_OUT, scale));
  sumLightest(min(from, rowMax + LEAST_FALLING / scale), scale);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < lightest) continue;
    const block = passBlock(row, b, form);
    let sum = f32x4.splat(0);
    let products = sum;
    if (isHeavy(b)) {
      for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
        const z0 = f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 0, form), largest4), scale4), least4);
        const z1 = f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 1, form), largest4), scale4), least4);
        const z2 = f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 2, form), largest4), scale4), least4);
        const z3 = f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 3, form), largest4), scale4), least4);
        const w0 = scaledPowerInRangex4(z0, expTable);
        const w1 = scaledPowerInRangex4(z1, expTable);
        const w2 = scaledPowerInRangex4(z2, expTable);
        const w3 = scaledPowerInRangex4(z3, expTable);
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
        products = f32x4.add(
          products,
          add4(f32x4.mul(w0, z0), f32x4.mul(w1, z1), f32x4.mul(w2, z2), f32x4.mul(w3, z3)),
        );
      }
      sum = f32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
      products = f32x4.add(products, i32x4.shuffle(products, products, 2, 3, 0, 1));
      heavy = f64x2.add(heavy, f64x2.promote_low_f32x4(sum));
      heavyMoment = f64x2.add(heavyMoment, f64x2.promote_low_f32x4(products));
    } else {
      for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
        const z0 = f32x4.add(f32x4.mul(f32x4.sub(fourOf16(p, 0, form), largest4), scale4), bias4);
        const z1 = f32x4.add(f32x4.mul(f32x4.sub(fourOf16(p, 1, form), largest4), scale4), bias4);
        const z2 = f32x4.add(f32x4.mul(f32x4.sub(fourOf16(p, 2, form), largest4), scale4), bias4);
        const z3 = f32x4.add(f32x4.mul(f32x4.sub(fourOf16(p, 3, form), largest4), scale4), bias4);
        const c0 = i32x4.max_s(lowest4, z0);
        const c1 = i32x4.max_s(lowest4, z1);
        const c2 = i32x4.max_s(lowest4, z2);
        const c3 = i32x4.max_s(lowest4, z3);
        const w0 = i32x4.shl(c0, 8);
        const w1 = i32x4.shl(c1, 8);
        const w2 = i32x4.shl(c2, 8);
        const w3 = i32x4.shl(c3, 8);
        const m0 = f32x4.mul(w0, f32x4.sub(c0, bias4));
        const m1 = f32x4.mul(w1, f32x4.sub(c1, bias4));
        const m2 = f32x4.mul(w2, f32x4.sub(c2, bias4));
        const m3 = f32x4.mul(w3, f32x4.sub(c3, bias4));
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
        products = f32x4.add(products, add4(m0, m1, m2, m3));
      }
      sum = f32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
      products = f32x4.add(products, i32x4.shuffle(products, products, 2, 3, 0, 1));
      light = f64x2.add(light, f64x2.promote_low_f32x4(sum));
      lightMoment = f64x2.add(lightMoment, f64x2.promote_low_f32x4(products));
    }
  }
  const heavyMass = lanesSum(heavy) / POWER_SCALE;
  const lightMass = -lanesSum(light);
  const heavyZ = lanesSum(heavyMoment) / POWER_SCALE;
  const lightZ = -lanesSum(lightMoment);
  mixedLeast =
    heavyMass * (1 - 2 * MASS_F32_ERROR) + (lightMass + lightestMass) * (BRACKET_LEAST_RATIO * BRACKET_SAFETY);
  mixedMost = heavyMass * (1 + 2 * MASS_F32_ERROR) + (lightMass + BLOCK_ELEMENTS * lightestMass) / BRACKET_SAFETY;
  // light weights are known within a factor of 1 ± share, those of the lightest blocks, by their largest, within 32.5 ± 31.6
  const middle = (1 + BRACKET_LEAST_RATIO) / 2;
  const share = (1 - BRACKET_LEAST_RATIO * BRACKET_SAFETY * BRACKET_SAFETY) / (1 + BRACKET_LEAST_RATIO) + 2e-4;
  mixedMass = heavyMass + lightMass * middle + lightestMass * 32.5;
  mixedMean = (heavyZ + lightZ * middle + lightestZ * 32.5) / mixedMass;
  // both move with a weight's error by its distance from the mean, above which the light lie no further than their largest may
  const above = 2 * max(<f64>(heavyLogit - rowMax) * <f64>scale - mixedMean, 0);
  const lightError = share * (lightMass * (mixedMean + above) - lightZ) + 1e-4 * lightMass; // and the rounding of z
  const lightestError = 31.6 * (lightestMass * abs(mixedMean) - lightestZ);
  // and the mean itself moves
  const moved = (share * lightMass + 31.6 * lightestMass) / mixedLeast;
  const error = 2 * f32Error * (1 - mixedMean) + (lightError + lightestError) / mixedLeast;
  mixedMeanError = error / max(1 - moved, 0);
}

/** Blocks whose largest logit is below this are not weighed: Σ bracketing weight of these largest ones, and of weight·z. */
let lightest: f32 = 0;
let lightestMass: f64 = 0;
let lightestZ: f64 = 0;

function sumLightest(from: f32, scale: f32): void {
  lightest = from;
  const end = blockMax + ((<usize>paddedLength / BLOCK_ELEMENTS) << 2);
  let mass = f32x4.splat(0);
  let moment = mass;
  for (let p = blockMax; p < end; p += 16) {
    const maxima = v128.load(p);
    const z = f32x4.pmax(
      f32x4.mul(f32x4.sub(maxima, f32x4.splat(rowMax)), f32x4.splat(scale)),
      f32x4.splat(LEAST_POWER),
    );
    const weights = weigh4(z, f32x4.splat(BIAS), f32x4.splat(LOWEST), false);
    const ofLightest = v128.and(weights, f32x4.lt(maxima, f32x4.splat(from)));
    mass = f32x4.sub(mass, ofLightest);
    moment = f32x4.sub(moment, f32x4.mul(ofLightest, z));
  }
  lightestMass = <f64>sumOfLanes(mass);
  lightestZ = <f64>sumOfLanes(moment);
}
