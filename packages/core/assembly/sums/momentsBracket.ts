// Mean and variance of the exponents z = (x − largest)·scale of a dense row, in powers of 2, by bracketing weights.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { paddedLength } from "../memory/workspace";
import { sumOfLanes } from "../numbers/vectors";
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
  const largest = rowMax;
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
