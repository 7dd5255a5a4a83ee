// Bounds of Σ weight of a dense row and of what is above the pivot, from one pass over the blocks that matter: f32 weights in
// heavy blocks, bracketing ones, which cost a third, in light ones, and of what is lighter still no more than the largest
// element: a block weighs 64 times as much at most. What bounds decide is the same whichever blocks are weighed, so the
// builds need not add up alike.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { hasClosed, openBlock, passBlock, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F32, fourOf16 } from "../blocks/widen";
import { blockMax, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { POWER_SCALE } from "../numbers/power32";
import { add4, lanesSum } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import {
  BIAS,
  BRACKET_LEAST_RATIO,
  BRACKET_SAFETY,
  bracketWeight,
  LOWEST,
  MASS_F32_ERROR,
  weigh,
  weigh4,
  weighedForm,
} from "./bracketWeights";
import { isAbovePivot, pivotLogit, pivotTokenId } from "./pivot";

/** Bounds of Σ weight of the row, of what of it is above the pivot, and of the rest, after `boundMasses`. */
export let leastMass: f64 = 0;
export let mostMass: f64 = 0;
export let leastAbove: f64 = 0;
export let mostAbove: f64 = 0;
export let leastBelow: f64 = 0;
export let mostBelow: f64 = 0;

/** Σ weight of heavy and of light blocks, and of what of them is above the pivot; of the others, of their largest elements. */
let heavyMass: f64 = 0;
let lightMass: f64 = 0;
let heavyAbove: f64 = 0;
let lightAbove: f64 = 0;
let restMass: f64 = 0;

/** Bounds them, weighing blocks whose largest element is at least `least`, and as heavy ones those where it is at least `heavy`.
 *  `least` must not be above the pivot, unless nothing is above that. */
export function boundMasses(scale: f32, least: f32, heavy: f32): void {
  const form = weighedForm(scale);
  if (!ASC_FEATURE_SIMD) sumPlainly(scale, least, heavy);
  else if (form == BF16) sumBlocks(scale, least, heavy, BF16);
  else if (form == F16) sumBlocks(scale, least, heavy, F16);
  else sumBlocks(scale, least, heavy, F32);
  heavyAbove += ownBlockMass(scale);
  const heavyBelow = heavyMass - heavyAbove;
  const lightBelow = lightMass - lightAbove;
  const error = 2 * MASS_F32_ERROR * (heavyMass + lightMass);
  leastAbove = heavyAbove + lightAbove * (BRACKET_LEAST_RATIO * BRACKET_SAFETY) - error;
  mostAbove = heavyAbove + lightAbove == 0 ? 0 : heavyAbove + lightAbove / BRACKET_SAFETY + error;
  leastBelow = heavyBelow + (lightBelow + restMass) * (BRACKET_LEAST_RATIO * BRACKET_SAFETY) - error;
  mostBelow = heavyBelow + (lightBelow + BLOCK_ELEMENTS * restMass) / BRACKET_SAFETY + error;
  leastMass = leastAbove + leastBelow;
  mostMass = mostAbove + mostBelow;
}

/** The pivot's block, −1: none. */
// @ts-ignore: decorator
@inline
function ownBlock(): i32 {
  return pivotTokenId < 0 ? -1 : pivotTokenId / BLOCK_ELEMENTS;
}

/** What is above the pivot in its own block, where ids decide between equals. */
function ownBlockMass(scale: f32): f64 {
  if (pivotTokenId < 0) return 0;
  openBlock(ownBlock());
  const firstId = ownBlock() * BLOCK_ELEMENTS;
  let sum: f64 = 0;
  for (let id = firstId; id < firstId + BLOCK_ELEMENTS; id++) {
    const x = load<f32>(row + ((<usize>id) << 2));
    if (isAbovePivot(x, id)) sum += <f64>weigh(x, rowMax, scale, true);
  }
  return sum / POWER_SCALE;
}

/** What of a block is above the pivot is above this; its own block, which `ownBlockMass` weighs, has nothing. */
// @ts-ignore: decorator
@inline
function floorOf(block: i32, own: i32, equalsToo: f32): f32 {
  return block < own ? equalsToo : block == own ? Infinity : pivotLogit;
}

// @ts-ignore: decorator
@inline
function sumBlocks(scale: f32, least: f32, heavy: f32, form: i32): void {
  const own = ownBlock();
  const equalsToo = floatBelow(pivotLogit);
  const largest4 = f32x4.splat(rowMax);
  const scale4 = f32x4.splat(scale);
  const bias4 = f32x4.splat(BIAS);
  const lowest4 = f32x4.splat(LOWEST);
  const least4 = f32x4.splat(least);
  const special4 = f32x4.splat(min(heavy, pivotLogit)); // what reaches it may be heavy or have something above
  let heavySums = f64x2.splat(0);
  let lightSums = heavySums;
  let rest = heavySums;
  for (let first = 0; first < paddedLength / BLOCK_ELEMENTS; first += 4) {
    const maxima = v128.load(blockMax + ((<usize>first) << 2));
    const isIn = f32x4.ge(maxima, least4);
    if (!i32x4.all_true(isIn)) {
      const z = f32x4.mul(f32x4.sub(maxima, largest4), scale4);
      const weights = v128.andnot(weigh4(z, bias4, lowest4, false), isIn);
      rest = f64x2.add(rest, f64x2.promote_low_f32x4(weights));
      rest = f64x2.add(rest, f64x2.promote_low_f32x4(i32x4.shuffle(weights, weights, 2, 3, 0, 1)));
      if (!v128.any_true(isIn)) continue;
    }
    const isPlain = i32x4.all_true(isIn) && !v128.any_true(f32x4.ge(maxima, special4)) && own >> 2 != first >> 2;
    if (isPlain && (form != F32 || !hasClosed)) {
      lightSums = addPairs(lightSums, sumsOfBlocks(passBlock(row, first, form), 4, scale, 0, false, false, form));
      continue;
    }
    let heavyPairs = f32x4.splat(0);
    let lightPairs = heavyPairs;
    for (let b = first; b < first + 4; b++) {
      const most = load<f32>(blockMax + ((<usize>b) << 2));
      if (!(most >= least)) continue;
      const block = passBlock(row, b, form);
      const floor = floorOf(b, own, equalsToo);
      if (most >= heavy || b == own) {
        heavyPairs = f32x4.add(heavyPairs, sumsOfBlocks(block, 1, scale, floor, true, true, form));
      } else {
        const pairs =
          most > floor
            ? sumsOfBlocks(block, 1, scale, floor, true, false, form)
            : sumsOfBlocks(block, 1, scale, floor, false, false, form);
        lightPairs = f32x4.add(lightPairs, pairs);
      }
    }
    heavySums = addPairs(heavySums, heavyPairs);
    lightSums = addPairs(lightSums, lightPairs);
  }
  heavyMass = f64x2.extract_lane(heavySums, 0) / POWER_SCALE;
  heavyAbove = f64x2.extract_lane(heavySums, 1) / POWER_SCALE;
  lightMass = -f64x2.extract_lane(lightSums, 0);
  lightAbove = -f64x2.extract_lane(lightSums, 1);
  restMass = -lanesSum(rest);
}

/** Lanes 0 and 1, when added: Σ weight of `count` blocks in a run; lanes 2 and 3: of what of them is above `floor`. */
// @ts-ignore: decorator
@inline
function sumsOfBlocks(block: usize, count: i32, scale: f32, floor: f32, hasAbove: bool, exact: bool, form: i32): v128 {
  const largest4 = f32x4.splat(rowMax);
  const scale4 = f32x4.splat(scale);
  const bias4 = f32x4.splat(BIAS);
  const lowest4 = f32x4.splat(LOWEST);
  const floor4 = f32x4.splat(floor);
  let sum = f32x4.splat(0);
  let above = sum;
  for (let p = block; p < block + count * 4 * bytesOf16(form); p += bytesOf16(form)) {
    const x0 = fourOf16(p, 0, form);
    const x1 = fourOf16(p, 1, form);
    const x2 = fourOf16(p, 2, form);
    const x3 = fourOf16(p, 3, form);
    const w0 = weigh4(f32x4.mul(f32x4.sub(x0, largest4), scale4), bias4, lowest4, exact);
    const w1 = weigh4(f32x4.mul(f32x4.sub(x1, largest4), scale4), bias4, lowest4, exact);
    const w2 = weigh4(f32x4.mul(f32x4.sub(x2, largest4), scale4), bias4, lowest4, exact);
    const w3 = weigh4(f32x4.mul(f32x4.sub(x3, largest4), scale4), bias4, lowest4, exact);
    sum = f32x4.add(sum, add4(w0, w1, w2, w3));
    if (hasAbove) {
      const a0 = v128.and(w0, f32x4.gt(x0, floor4));
      const a1 = v128.and(w1, f32x4.gt(x1, floor4));
      const a2 = v128.and(w2, f32x4.gt(x2, floor4));
      const a3 = v128.and(w3, f32x4.gt(x3, floor4));
      above = f32x4.add(above, add4(a0, a1, a2, a3));
    }
  }
  return f32x4.add(i32x4.shuffle(sum, above, 0, 1, 4, 5), i32x4.shuffle(sum, above, 2, 3, 6, 7));
}

/** Adds lanes 0 and 1, and lanes 2 and 3. */
// @ts-ignore: decorator
@inline
function addPairs(sums: v128, pairs: v128): v128 {
  const two = f32x4.add(i32x4.shuffle(pairs, pairs, 0, 2, 0, 2), i32x4.shuffle(pairs, pairs, 1, 3, 1, 3));
  return f64x2.add(sums, f64x2.promote_low_f32x4(two));
}

/** The same, one element after the other. */
function sumPlainly(scale: f32, least: f32, heavy: f32): void {
  const own = ownBlock();
  const equalsToo = floatBelow(pivotLogit);
  heavyMass = lightMass = heavyAbove = lightAbove = restMass = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const most = load<f32>(blockMax + ((<usize>b) << 2));
    if (!(most >= least)) {
      restMass += <f64>bracketWeight(most, rowMax, scale);
      continue;
    }
    const exact = most >= heavy || b == own;
    const floor = floorOf(b, own, equalsToo);
    const block = readBlock(row, b);
    let sum: f64 = 0;
    let above: f64 = 0;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
      const x = load<f32>(p);
      const weight = <f64>weigh(x, rowMax, scale, exact);
      sum += weight;
      if (x > floor) above += weight;
    }
    if (exact) {
      heavyMass += sum / POWER_SCALE;
      heavyAbove += above / POWER_SCALE;
    } else {
      lightMass += sum;
      lightAbove += above;
    }
  }
}
