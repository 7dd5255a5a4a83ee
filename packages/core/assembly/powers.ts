// Moments of the exponents of a dense row, z = (x − largest)·scale in powers of 2, and masses between two logits.
import { BLOCK_ELEMENTS } from "../src/layout";
import { readBlock } from "./closedBlocks";
import { BIAS, cheapWeight, lanesSum, LOWEST, weigh, weigh4 } from "./masses";
import { POWER_SCALE, scaledPowerInRangex4, scaledPower } from "./math";
import { add4 } from "./vectors";
import { blockMax, paddedLength, expTable } from "./workspace";

/** Smaller powers of 2 count as this one where the power itself is needed. */
const LEAST_POWER: f32 = -125.0;

/** Sum of the weights after `cheapMoments`, cheap, and after `meanPower`, exact in f32. */
export let powerMass: f64 = 0;
/** Mean and variance of z, in powers of 2, under the cheap weights after `cheapMoments`. */
export let meanZ: f64 = 0;
export let varianceZ: f64 = 0;

/** Fills `powerMass`, cheap, `meanZ` and `varianceZ`. Not the same bits in both builds: good for bounds. */
export function cheapMoments(row: usize, largest: f32, scale: f32): void {
  let mass: f64 = 0;
  let moment: f64 = 0;
  let square: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = readBlock(row, b);
    let blockMass: f32 = 0;
    let blockMoment: f32 = 0;
    let blockSquare: f32 = 0;
    if (ASC_FEATURE_SIMD) {
      const largest4 = f32x4.splat(largest);
      const scale4 = f32x4.splat(scale);
      const bias4 = f32x4.splat(BIAS);
      const lowest4 = f32x4.splat(LOWEST);
      let masses = f32x4.splat(0);
      let moments = masses;
      let squares = masses;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
        const biased = f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), bias4);
        const clamped = i32x4.max_s(lowest4, biased);
        const weight = i32x4.shl(clamped, 8);
        const z = f32x4.sub(clamped, bias4);
        const product = f32x4.mul(weight, z);
        masses = f32x4.add(masses, weight);
        moments = f32x4.add(moments, product);
        squares = f32x4.add(squares, f32x4.mul(product, z));
      }
      blockMass = -sumOfLanes(masses);
      blockMoment = -sumOfLanes(moments);
      blockSquare = -sumOfLanes(squares);
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
        const z = max((load<f32>(p) - largest) * scale, LOWEST - BIAS);
        const product = cheapWeight(load<f32>(p), largest, scale) * z;
        blockMass += cheapWeight(load<f32>(p), largest, scale);
        blockMoment += product;
        blockSquare += product * z;
      }
    }
    mass += <f64>blockMass;
    moment += <f64>blockMoment;
    square += <f64>blockSquare;
  }
  powerMass = mass;
  meanZ = moment / mass;
  varianceZ = max(square / mass - meanZ * meanZ, 0);
}

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): f32 {
  const two = f32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** Mean of z = (x − largest)·scale under the row's distribution, z in powers of 2. Fills `powerMass`, within MASS32_ERROR. */
export function meanPower(row: usize, largest: f32, scale: f32): f64 {
  let moment: f64;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const least4 = f32x4.splat(LEAST_POWER);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    let moment01 = total01;
    let moment23 = total01;
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const block = readBlock(row, b);
      let sum = f32x4.splat(0);
      let products = sum;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const z0 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), least4);
        const z1 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 16), largest4), scale4), least4);
        const z2 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 32), largest4), scale4), least4);
        const z3 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 48), largest4), scale4), least4);
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
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
      moment01 = f64x2.add(moment01, f64x2.promote_low_f32x4(products));
      moment23 = f64x2.add(moment23, f64x2.promote_low_f32x4(i32x4.shuffle(products, products, 2, 3, 0, 1)));
    }
    powerMass = lanesSum(f64x2.add(total01, total23));
    moment = lanesSum(f64x2.add(moment01, moment23));
  } else {
    const moment0 = laneMoment(row, 0, largest, scale);
    const mass0 = laneMass;
    const moment1 = laneMoment(row, 1, largest, scale);
    const mass1 = laneMass;
    const moment2 = laneMoment(row, 2, largest, scale);
    const mass2 = laneMass;
    const moment3 = laneMoment(row, 3, largest, scale);
    powerMass = mass0 + mass2 + (mass1 + laneMass);
    moment = moment0 + moment2 + (moment1 + moment3);
  }
  const mean = moment / powerMass;
  powerMass /= POWER_SCALE;
  return mean;
}

/** Sum of the weights of the lane after `laneMoment`. */
let laneMass: f64 = 0;

function laneMoment(row: usize, lane: usize, largest: f32, scale: f32): f64 {
  let moment: f64 = 0;
  laneMass = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let sum: f32 = 0;
    let products: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const z0 = powerOf(load<f32>(p), largest, scale);
      const z1 = powerOf(load<f32>(p, 16), largest, scale);
      const z2 = powerOf(load<f32>(p, 32), largest, scale);
      const z3 = powerOf(load<f32>(p, 48), largest, scale);
      const w0 = scaledPower(z0);
      const w1 = scaledPower(z1);
      const w2 = scaledPower(z2);
      const w3 = scaledPower(z3);
      sum += w0 + w1 + (w2 + w3);
      products += w0 * z0 + w1 * z1 + (w2 * z2 + w3 * z3);
    }
    laneMass += <f64>sum;
    moment += <f64>products;
  }
  return moment;
}

// @ts-ignore: decorator
@inline
function powerOf(x: f32, largest: f32, scale: f32): f32 {
  const z = (x - largest) * scale;
  return z > LEAST_POWER ? z : LEAST_POWER;
}

/** Sum of the cheap or the exact f32 weights of the logits in (low, high). */
export function massWithin(row: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  return exact ? massBetween(row, largest, scale, low, high, true) : massBetween(row, largest, scale, low, high, false);
}

// @ts-ignore: decorator
@inline
function massBetween(row: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const low4 = f32x4.splat(low);
    const high4 = f32x4.splat(high);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > low)) continue;
      const block = readBlock(row, <i32>b);
      let sum = f32x4.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const x0 = v128.load(p);
        const x1 = v128.load(p, 16);
        const x2 = v128.load(p, 32);
        const x3 = v128.load(p, 48);
        const w0 = v128.and(weigh4(x0, largest4, scale4, bias4, lowest4, exact), isWithin4(x0, low4, high4));
        const w1 = v128.and(weigh4(x1, largest4, scale4, bias4, lowest4, exact), isWithin4(x1, low4, high4));
        const w2 = v128.and(weigh4(x2, largest4, scale4, bias4, lowest4, exact), isWithin4(x2, low4, high4));
        const w3 = v128.and(weigh4(x3, largest4, scale4, bias4, lowest4, exact), isWithin4(x3, low4, high4));
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
      }
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
    }
    const sum = abs(lanesSum(f64x2.add(total01, total23)));
    return exact ? sum / POWER_SCALE : sum;
  } else {
    const even =
      laneWithin(row, 0, largest, scale, low, high, exact) + laneWithin(row, 2, largest, scale, low, high, exact);
    const odd =
      laneWithin(row, 1, largest, scale, low, high, exact) + laneWithin(row, 3, largest, scale, low, high, exact);
    return exact ? (even + odd) / POWER_SCALE : even + odd;
  }
}

// @ts-ignore: decorator
@inline
function isWithin4(x: v128, low: v128, high: v128): v128 {
  return v128.and(f32x4.gt(x, low), f32x4.lt(x, high));
}

// @ts-ignore: decorator
@inline
function laneWithin(row: usize, lane: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  let total: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let sum: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const w0 = weighWithin(load<f32>(p), largest, scale, low, high, exact);
      const w1 = weighWithin(load<f32>(p, 16), largest, scale, low, high, exact);
      const w2 = weighWithin(load<f32>(p, 32), largest, scale, low, high, exact);
      const w3 = weighWithin(load<f32>(p, 48), largest, scale, low, high, exact);
      sum += w0 + w1 + (w2 + w3);
    }
    total += <f64>sum;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function weighWithin(x: f32, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f32 {
  return x < high ? weigh(x, largest, scale, low, exact, true) : 0;
}
