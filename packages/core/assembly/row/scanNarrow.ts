// The pass over a 16-bit row for its block maxima, without widening it, or only for a sum of weights on the way.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { blockMax, paddedLength } from "../memory/workspace";
import { BF16, F16, f16Bits, f16Exponent, f16Scale, f32Exponent, isBf16, widen, widenF16x4 } from "../blocks/widen";
import { addNarrowStep, forgetMass, startMass } from "./massF32";
import { keepLeast } from "./scanLeast";
import { hasMomentsNaN, scanNarrowMoments } from "./scanMoments";
import { LEAST, SCAN_MOMENTS, WEIGHTS } from "./scanSums";

/** Largest element found by `scanNarrow`. */
export let narrowMax: f32 = -Infinity;

/** Fills `blockMax` and `narrowMax` without opening a block, and finds what massScale says on the way, as `scanRow`. Returns
 *  whether something may be NaN; where nothing is, all is right. As 16-bit integers, positive floats are in their order and
 *  negative ones in the opposite order: the largest is the signed maximum, or if that is negative the signed minimum. */
export function scanNarrow(source: usize, massScale: f32): bool {
  forgetMass();
  if (ASC_FEATURE_SIMD && massScale == SCAN_MOMENTS) {
    narrowMax = scanNarrowMoments(source);
    return hasMomentsNaN;
  }
  if (!ASC_FEATURE_SIMD || massScale <= 0) return scanAll(source, LEAST); // costs what nothing does
  startMass(massScale);
  return scanAll(source, WEIGHTS);
}

// @ts-ignore: decorator
@inline
function scanAll(source: usize, sums: i32): bool {
  const infinity: i32 = isBf16 ? 0x7f80 : 0x7c00;
  let largest: f32 = -Infinity;
  let isSuspicious = false;
  if (ASC_FEATURE_SIMD) {
    let before = i16x8.splat(0);
    let mostNegative = before; // largest as unsigned: the NaN with a sign are above −Infinity
    const scale = f32x4.splat(f16Scale);
    const bits = i32x4.splat(f16Bits);
    const exponent = i32x4.splat(f16Exponent);
    const special = i32x4.splat(f32Exponent);
    let top = f32x4.splat(-Infinity);
    const end = source + ((<usize>paddedLength) << 1);
    let out = blockMax;
    for (let p = source; p < end; p += BLOCK_ELEMENTS * 2 * 4) {
      let y0 = i16x8.splat(0);
      if (sums == LEAST) before = mostNegative;
      let y1 = y0;
      let y2 = y0;
      let y3 = y0;
      for (let block = p; block < p + BLOCK_ELEMENTS * 2 * 4; block += BLOCK_ELEMENTS * 2) {
        const a = v128.load(block);
        const b = v128.load(block, 16);
        const c = v128.load(block, 32);
        const d = v128.load(block, 48);
        const e = v128.load(block, 64);
        const f = v128.load(block, 80);
        const g = v128.load(block, 96);
        const h = v128.load(block, 112);
        const highest = i16x8.max_s(
          i16x8.max_s(i16x8.max_s(a, b), i16x8.max_s(c, d)),
          i16x8.max_s(i16x8.max_s(e, f), i16x8.max_s(g, h)),
        );
        const lowest = i16x8.min_s(
          i16x8.min_s(i16x8.min_s(a, b), i16x8.min_s(c, d)),
          i16x8.min_s(i16x8.min_s(e, f), i16x8.min_s(g, h)),
        );
        mostNegative = i16x8.max_u(
          i16x8.max_u(mostNegative, i16x8.max_u(i16x8.max_u(a, b), i16x8.max_u(c, d))),
          i16x8.max_u(i16x8.max_u(e, f), i16x8.max_u(g, h)),
        );
        y0 = y1;
        y1 = y2;
        y2 = y3;
        y3 = ordered8(v128.bitselect(lowest, highest, i16x8.shr_s(highest, 15)));
      }
      const y01 = i16x8.max_s(
        i16x8.shuffle(y0, y1, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(y0, y1, 4, 12, 5, 13, 6, 14, 7, 15),
      );
      const y23 = i16x8.max_s(
        i16x8.shuffle(y2, y3, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(y2, y3, 4, 12, 5, 13, 6, 14, 7, 15),
      );
      const y = i16x8.max_s(i32x4.shuffle(y01, y23, 0, 4, 1, 5), i32x4.shuffle(y01, y23, 2, 6, 3, 7));
      // lanes 0…7: blocks 0 1 2 3, twice
      const pairs = ordered8(i16x8.max_s(y, i32x4.shuffle(y, y, 2, 3, 0, 1)));
      const halves = i32x4.extend_low_i16x8_s(pairs);
      const maxima = isBf16 ? i32x4.shl(halves, 16) : widenF16x4(halves, scale, bits, exponent, special);
      isSuspicious = isSuspicious || v128.any_true(f32x4.ne(maxima, maxima));
      top = f32x4.pmax(top, maxima);
      v128.store(out, maxima);
      out += 16;
      if (sums == WEIGHTS) addNarrowStep(0, <i32>((p - source) / (BLOCK_ELEMENTS * 2)));
    }
    if (sums == LEAST) {
      const most = largestUnsigned(before); // of negative ones, that is the smallest
      if (most >= 0x8000) keepLeast(widen(most), end - BLOCK_ELEMENTS * 2 * 4, isBf16 ? BF16 : F16);
    }
    const limit = i16x8.splat(<i16>(infinity | 0x8000));
    isSuspicious = isSuspicious || v128.any_true(i16x8.gt_u(mostNegative, limit));
    const two = f32x4.pmax(top, i32x4.shuffle(top, top, 2, 3, 0, 1));
    largest = max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
  } else {
    for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
      let most: f32 = -Infinity;
      for (let i = b * BLOCK_ELEMENTS; i < (b + 1) * BLOCK_ELEMENTS; i++) {
        const x = widen(<u32>load<u16>(source + i * 2));
        if (x > most) most = x;
        isSuspicious = isSuspicious || x != x;
      }
      store<f32>(blockMax + (b << 2), most);
      if (most > largest) largest = most;
    }
  }
  narrowMax = largest;
  return isSuspicious;
}

function largestUnsigned(v: v128): u32 {
  const four = i16x8.max_u(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  const two = i16x8.max_u(four, i32x4.shuffle(four, four, 1, 0, 3, 2));
  return max(<u32>i16x8.extract_lane_u(two, 0), <u32>i16x8.extract_lane_u(two, 1));
}

/** From float bits to integers in the floats' order, and back. */
// @ts-ignore: decorator
@inline
function ordered8(bits: v128): v128 {
  return v128.xor(bits, v128.and(i16x8.shr_s(bits, 15), i16x8.splat(0x7fff)));
}
