// Standard deviation of a dense row, in f64 and in one fixed order: elements 0 and 1 mod 4 in one pair of lanes, 2 and 3 in
// another.
import { paddedLength } from "./workspace";

/** Standard deviation (of the population) after `meanAndSigma`. */
export let sigma: f64 = 0;

/** Moments of x − largest over the elements above `floor`; there is at least one. */
export function meanAndSigma(row: usize, floor: f32, largest: f32): void {
  const end = row + ((<usize>paddedLength) << 2);
  let count = 0;
  let sum: f64;
  let squares: f64;
  if (ASC_FEATURE_SIMD) {
    const floor4 = f32x4.splat(floor);
    const largest2 = f64x2.splat(<f64>largest);
    let counts = i32x4.splat(0);
    let sum01 = f64x2.splat(0);
    let sum23 = sum01;
    let squares01 = sum01;
    let squares23 = sum01;
    for (let p = row; p < end; p += 16) {
      const x = v128.load(p);
      const mask = f32x4.gt(x, floor4);
      counts = i32x4.sub(counts, mask);
      const mask01 = i32x4.shuffle(mask, mask, 0, 0, 1, 1);
      const mask23 = i32x4.shuffle(mask, mask, 2, 2, 3, 3);
      const d01 = v128.and(f64x2.sub(f64x2.promote_low_f32x4(x), largest2), mask01);
      const d23 = v128.and(f64x2.sub(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1)), largest2), mask23);
      sum01 = f64x2.add(sum01, d01);
      sum23 = f64x2.add(sum23, d23);
      squares01 = f64x2.add(squares01, f64x2.mul(d01, d01));
      squares23 = f64x2.add(squares23, f64x2.mul(d23, d23));
    }
    count =
      i32x4.extract_lane(counts, 0) +
      i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) +
      i32x4.extract_lane(counts, 3);
    const sums = f64x2.add(sum01, sum23);
    const squareSums = f64x2.add(squares01, squares23);
    sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    squares = f64x2.extract_lane(squareSums, 0) + f64x2.extract_lane(squareSums, 1);
  } else {
    let sum0: f64 = 0;
    let sum1: f64 = 0;
    let sum2: f64 = 0;
    let sum3: f64 = 0;
    let squares0: f64 = 0;
    let squares1: f64 = 0;
    let squares2: f64 = 0;
    let squares3: f64 = 0;
    for (let p = row; p < end; p += 16) {
      const d0 = distance(load<f32>(p), floor, largest);
      const d1 = distance(load<f32>(p, 4), floor, largest);
      const d2 = distance(load<f32>(p, 8), floor, largest);
      const d3 = distance(load<f32>(p, 12), floor, largest);
      sum0 += d0;
      sum1 += d1;
      sum2 += d2;
      sum3 += d3;
      squares0 += d0 * d0;
      squares1 += d1 * d1;
      squares2 += d2 * d2;
      squares3 += d3 * d3;
      for (let q = p; q < p + 16; q += 4) count += <i32>(load<f32>(q) > floor);
    }
    sum = sum0 + sum2 + (sum1 + sum3);
    squares = squares0 + squares2 + (squares1 + squares3);
  }
  const mean = sum / <f64>count;
  sigma = sqrt(max(squares / <f64>count - mean * mean, 0));
}

// @ts-ignore: decorator
@inline
function distance(x: f32, floor: f32, largest: f32): f64 {
  return x > floor ? <f64>x - <f64>largest : 0;
}
