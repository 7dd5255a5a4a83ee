// Mean and variance of the exponents z = (x − largest)·scale of a dense row, in powers of 2, by bracketing weights.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock, passForm } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F32, fourOf16 } from "../blocks/widen";
import { paddedLength } from "../memory/workspace";
import { add4, sumOfLanes } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { BIAS, bracketWeight, LOWEST } from "./bracketWeights";

/** Σ weight after `momentsBracket`. */
export let bracketMass: f64 = 0;
/** Mean and variance of z, in powers of 2, under the cheap weights after `momentsBracket`. */
export let meanZ: f64 = 0;
export let varianceZ: f64 = 0;

/** Fills `bracketMass`, cheap, `meanZ` and `varianceZ`. Not the same bits in both builds: good for bounds. */
export function momentsBracket(scale: f32): void {
  if (ASC_FEATURE_SIMD && passForm() == BF16) sumMoments(scale, BF16);
  else sumMoments(scale, F32);
}

// @ts-ignore: decorator
@inline
function sumMoments(scale: f32, form: i32): void {
  const largest = rowMax;
  let mass: f64 = 0;
  let moment: f64 = 0;
  let square: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = passBlock(row, b, form);
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
      for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
        const c0 = clamped4(fourOf16(p, 0, form), largest4, scale4, bias4, lowest4);
        const c1 = clamped4(fourOf16(p, 1, form), largest4, scale4, bias4, lowest4);
        const c2 = clamped4(fourOf16(p, 2, form), largest4, scale4, bias4, lowest4);
        const c3 = clamped4(fourOf16(p, 3, form), largest4, scale4, bias4, lowest4);
        const w0 = i32x4.shl(c0, 8);
        const w1 = i32x4.shl(c1, 8);
        const w2 = i32x4.shl(c2, 8);
        const w3 = i32x4.shl(c3, 8);
        const z0 = f32x4.sub(c0, bias4);
        const z1 = f32x4.sub(c1, bias4);
        const z2 = f32x4.sub(c2, bias4);
        const z3 = f32x4.sub(c3, bias4);
        const m0 = f32x4.mul(w0, z0);
        const m1 = f32x4.mul(w1, z1);
        const m2 = f32x4.mul(w2, z2);
        const m3 = f32x4.mul(w3, z3);
        masses = f32x4.add(masses, add4(w0, w1, w2, w3));
        moments = f32x4.add(moments, add4(m0, m1, m2, m3));
        squares = f32x4.add(squares, add4(f32x4.mul(m0, z0), f32x4.mul(m1, z1), f32x4.mul(m2, z2), f32x4.mul(m3, z3)));
      }
      blockMass = -sumOfLanes(masses);
      blockMoment = -sumOfLanes(moments);
      blockSquare = -sumOfLanes(squares);
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
        const z = max((load<f32>(p) - largest) * scale, LOWEST - BIAS);
        const product = bracketWeight(load<f32>(p), largest, scale) * z;
        blockMass += bracketWeight(load<f32>(p), largest, scale);
        blockMoment += product;
        blockSquare += product * z;
      }
    }
    mass += <f64>blockMass;
    moment += <f64>blockMoment;
    square += <f64>blockSquare;
  }
  bracketMass = mass;
  meanZ = moment / mass;
  varianceZ = max(square / mass - meanZ * meanZ, 0);
}

/** z + BIAS, LOWEST at least. */
// @ts-ignore: decorator
@inline
function clamped4(x: v128, largest: v128, scale: v128, bias: v128, lowest: v128): v128 {
  return i32x4.max_s(lowest, f32x4.add(f32x4.mul(f32x4.sub(x, largest), scale), bias));
}
