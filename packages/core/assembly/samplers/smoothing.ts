// Quadratic and cubic smoothing: a new logit for every token.
import { BLOCK_ELEMENTS, STAGE_NUMBER_0, STAGE_NUMBER_1 } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { keyLogit, keyOf, keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax, setKey, setUnsorted } from "../list/list";
import { paddedLength, rowCopy, scaleTable } from "../memory/workspace";
import { beta, floor, isDense, row, setBeta, useRewritten } from "../row/row";
import { rowMax } from "../row/scan";
import { exponents, holdScale } from "../sums/exponents64";

/** Further below the largest counts as this far: 0·d is 0 then, not NaN. */
const LEAST_DISTANCE: f64 = -1e100;
let square: f64 = 0;
let cube: f64 = 0;

/** With d = x − max, scaled by the temperatures so far: x = −(3 − curve)/2·f·d² + (curve − 1)/2·f·d³. Numbers: f, curve.
 *  (kalomaze 2024; text-generation-webui `QuadraticSamplingLogitsWarper`.) */
export function smoothing(stage: usize): void {
  const factor = load<f64>(stage, STAGE_NUMBER_0);
  const curve = load<f64>(stage, STAGE_NUMBER_1);
  square = -0.5 * (3 - curve) * factor;
  cube = 0.5 * (curve - 1) * factor;
  if (isDense) return smoothRow();
  const largest = <f64>listMax();
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    setKey(i, keyOf(smooth((<f64>keyLogit(key) - largest) * beta), keyTokenId(key)));
  }
  setUnsorted();
  setBeta(1);
}

function smooth(exponent: f64): f32 {
  const d = max(exponent, LEAST_DISTANCE);
  return <f32>max(square * d * d + cube * d * d * d, -(<f64>f32.MAX_VALUE));
}

/** Writes the new row into the private copy. */
function smoothRow(): void {
  const out = rowCopy;
  holdScale(rowMax, beta);
  store<f64>(scaleTable, square, 16);
  store<f64>(scaleTable, cube, 24);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const from = readBlock(row, b);
    const to = out + <usize>b * (BLOCK_ELEMENTS * 4);
    for (let i: usize = 0; i < <usize>BLOCK_ELEMENTS * 4; i += 16) {
      if (ASC_FEATURE_SIMD) {
        const x = v128.load(from + i);
        const low = smoothx2(f64x2.promote_low_f32x4(x));
        const high = smoothx2(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1)));
        const smoothed = i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
        const counts = f32x4.gt(x, f32x4.splat(floor));
        v128.store(to + i, v128.bitselect(smoothed, f32x4.splat(-Infinity), counts));
      } else {
        for (let p: usize = i; p < i + 16; p += 4) {
          const x = load<f32>(from + p);
          store<f32>(to + p, x > floor ? smooth((<f64>x - <f64>rowMax) * beta) : -Infinity);
        }
      }
    }
  }
  useRewritten();
}

/** Two of `smooth`, as f64, bit for bit. */
// @ts-ignore: decorator
@inline
function smoothx2(x: v128): v128 {
  const d = f64x2.pmax(f64x2.splat(LEAST_DISTANCE), exponents(x));
  const squares = f64x2.mul(f64x2.mul(v128.load64_splat(scaleTable, 16), d), d);
  const cubes = f64x2.mul(f64x2.mul(f64x2.mul(v128.load64_splat(scaleTable, 24), d), d), d);
  return f64x2.pmax(f64x2.splat(-(<f64>f32.MAX_VALUE)), f64x2.add(squares, cubes));
}
