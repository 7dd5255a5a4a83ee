// A watermark on one block of 64 elements: it favours tokens by a keyed function of the tokens before, Philox blocks in a domain
// of their own.
import { BLOCK_ELEMENTS, DOMAIN_KGW, STAGE_NUMBER_0, STAGE_NUMBER_1 } from "../../src/layout";
import { context0, context1, hashContext, useContextKey } from "../memory/contextHash";
import { digitCounts, philoxTable } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { fillPhiloxTable, philox0, philox1, philox2, philox3, philoxBlock, philoxBlockx4 } from "../numbers/philox";

/** The stage whose green tokens `raiseBlock` raises, and its context. */
let stage: usize = 0;
let low: u32 = 0;
let high: u32 = 0;
let limit: f64 = 0;
export let delta: f64 = 0;

/** Green are the tokens whose word of the block (context, id / 4) is below γ·2^32; δ is added to their logits. */
export function holdGreen(record: usize): void {
  stage = record;
  hashContext(stage, DOMAIN_KGW);
  low = context0;
  high = context1;
  limit = load<f64>(stage, STAGE_NUMBER_1) * 4294967296.0;
  delta = load<f64>(stage, STAGE_NUMBER_0);
  if (ASC_FEATURE_SIMD) fillPhiloxTable(low, high, DOMAIN_KGW << 24, philoxTable);
}

/** Raises the green ones among `count` tokens, and perhaps writes behind them. ids: i32[count]; logits: f32[count]. */
export function raiseTokens(ids: usize, logits: usize, count: usize): void {
  const most = greenMost();
  const words = digitCounts;
  for (let i: usize = 0; i < count << 2; i += 16) {
    const four = v128.load(ids + i);
    philoxBlockx4(i32x4.shr_u(four, 2), philoxTable, words);
    // of each block the word of its token
    const isOdd = i32x4.shr_s(i32x4.shl(four, 31), 31);
    const isUpper = i32x4.shr_s(i32x4.shl(four, 30), 31);
    const lower = v128.bitselect(v128.load(words, 16), v128.load(words), isOdd);
    const upper = v128.bitselect(v128.load(words, 48), v128.load(words, 32), isOdd);
    const isGreen = i32x4.le_u(v128.bitselect(upper, lower, isUpper), most);
    v128.store(logits + i, raised4(v128.load(logits + i), isGreen));
  }
}

/** A word is below the limit if it is at most the whole number below it. */
// @ts-ignore: decorator
@inline
function greenMost(): v128 {
  return i32x4.splat(<u32>(<u64>ceil(limit) - 1));
}

/** Copies a block and raises its green tokens. `from` may be `to`. */
export function raiseBlock(block: i32, from: usize, to: usize): void {
  const first = block * BLOCK_ELEMENTS;
  if (ASC_FEATURE_SIMD) {
    const most = greenMost();
    const words = digitCounts;
    for (let i = 0; i < BLOCK_ELEMENTS; i += 16) {
      const counters = i32x4.add(i32x4.splat((first + i) >> 2), i32x4(0, 1, 2, 3));
      philoxBlockx4(counters, philoxTable, words);
      const a = i32x4.le_u(v128.load(words), most);
      const b = i32x4.le_u(v128.load(words, 16), most);
      const c = i32x4.le_u(v128.load(words, 32), most);
      const d = i32x4.le_u(v128.load(words, 48), most);
      const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      const p = from + ((<usize>i) << 2);
      const out = to + ((<usize>i) << 2);
      v128.store(out, raised4(v128.load(p), i32x4.shuffle(ab01, cd01, 0, 1, 4, 5)));
      v128.store(out, raised4(v128.load(p, 16), i32x4.shuffle(ab01, cd01, 2, 3, 6, 7)), 16);
      v128.store(out, raised4(v128.load(p, 32), i32x4.shuffle(ab23, cd23, 0, 1, 4, 5)), 32);
      v128.store(out, raised4(v128.load(p, 48), i32x4.shuffle(ab23, cd23, 2, 3, 6, 7)), 48);
    }
  } else {
    useContextKey(stage);
    for (let i = 0; i < BLOCK_ELEMENTS; i += 4) {
      philoxBlock(low, high, <u32>(first + i) >> 2, DOMAIN_KGW << 24);
      const p = from + ((<usize>i) << 2);
      const out = to + ((<usize>i) << 2);
      store<f32>(out, raised(load<f32>(p), philox0));
      store<f32>(out, raised(load<f32>(p, 4), philox1), 4);
      store<f32>(out, raised(load<f32>(p, 8), philox2), 8);
      store<f32>(out, raised(load<f32>(p, 12), philox3), 12);
    }
  }
}

// @ts-ignore: decorator
@inline
function raised(x: f32, word: u32): f32 {
  return <f64>word < limit && x > -Infinity ? toFinite(<f64>x + delta) : x;
}

/** The same where the mask is set. */
// @ts-ignore: decorator
@inline
function raised4(x: v128, mask: v128): v128 {
  const delta2 = f64x2.splat(delta);
  const low = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(x), delta2));
  const high = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1)), delta2));
  const sums = i32x4.shuffle(low, high, 0, 1, 4, 5);
  const largest = f32x4.splat(f32.MAX_VALUE);
  const finite = f32x4.pmax(f32x4.neg(largest), f32x4.pmin(largest, sums));
  return v128.bitselect(finite, x, v128.and(mask, f32x4.gt(x, f32x4.splat(-Infinity))));
}
