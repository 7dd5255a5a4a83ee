// A watermark: it favours tokens by a keyed function of the tokens before, Philox blocks in a domain of their own.
import { BLOCK_ELEMENTS, DOMAIN_KGW, STAGE_NUMBER_0, STAGE_NUMBER_1 } from "../../src/layout";
import { context0, context1, hashContext } from "../memory/contextHash";
import { blockMax, paddedLength, wideBlock } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { philox0, philox1, philox2, philox3, philoxBlock, philoxBlockx4 } from "../numbers/philox";
import { copyRow, row } from "../row/row";
import { rescan } from "../row/scan";

/** Adds δ to the logits of the green tokens: those whose word of the block (context, id / 4) is below γ·2^32. Numbers: δ, γ.
 *  (Kirchenbauer et al. 2023, arXiv 2301.10226; each token is green independently of the others with probability γ.) */
export function kgw(stage: usize): void {
  hashContext(stage, DOMAIN_KGW);
  const limit = load<f64>(stage, STAGE_NUMBER_1) * 4294967296.0;
  const delta = load<f64>(stage, STAGE_NUMBER_0);
  copyRow();
  for (let block = 0; block < paddedLength / BLOCK_ELEMENTS; block++) {
    // where nothing is left, as behind a cut, nothing is hashed
    if (!(load<f32>(blockMax + ((<usize>block) << 2)) > -Infinity)) continue;
    if (ASC_FEATURE_SIMD) raiseGreen(block * BLOCK_ELEMENTS, limit, delta);
    else raiseOneByOne(block * BLOCK_ELEMENTS, limit, delta);
  }
  rescan(row);
}

/** Raises the green tokens of the block that begins with `first`. */
function raiseOneByOne(first: i32, limit: f64, delta: f64): void {
  for (let id = first; id < first + BLOCK_ELEMENTS; id += 4) {
    philoxBlock(context0, context1, <u32>id >> 2, DOMAIN_KGW << 24);
    const p = row + ((<usize>id) << 2);
    if (<f64>philox0 < limit) raiseAt(p, delta);
    if (<f64>philox1 < limit) raiseAt(p + 4, delta);
    if (<f64>philox2 < limit) raiseAt(p + 8, delta);
    if (<f64>philox3 < limit) raiseAt(p + 12, delta);
  }
}

/** The same, 16 tokens at a time. */
function raiseGreen(first: i32, limit: f64, delta: f64): void {
  // a word is below the limit if it is at most the whole number below it
  const most = i32x4.splat(<u32>(<u64>ceil(limit) - 1));
  const words = wideBlock;
  for (let id = first; id < first + BLOCK_ELEMENTS; id += 16) {
    const counters = i32x4.add(i32x4.splat(id >> 2), i32x4(0, 1, 2, 3));
    philoxBlockx4(context0, context1, counters, DOMAIN_KGW << 24, words);
    const a = i32x4.le_u(v128.load(words), most);
    const b = i32x4.le_u(v128.load(words, 16), most);
    const c = i32x4.le_u(v128.load(words, 32), most);
    const d = i32x4.le_u(v128.load(words, 48), most);
    const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    const p = row + ((<usize>id) << 2);
    raise4(p, i32x4.shuffle(ab01, cd01, 0, 1, 4, 5), delta);
    raise4(p + 16, i32x4.shuffle(ab01, cd01, 2, 3, 6, 7), delta);
    raise4(p + 32, i32x4.shuffle(ab23, cd23, 0, 1, 4, 5), delta);
    raise4(p + 48, i32x4.shuffle(ab23, cd23, 2, 3, 6, 7), delta);
  }
}

/** `raiseAt` where the mask is set. */
// @ts-ignore: decorator
@inline
function raise4(address: usize, mask: v128, delta: f64): void {
  const x = v128.load(address);
  const delta2 = f64x2.splat(delta);
  const low = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(x), delta2));
  const high = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1)), delta2));
  const sums = i32x4.shuffle(low, high, 0, 1, 4, 5);
  const largest = f32x4.splat(f32.MAX_VALUE);
  const raised = f32x4.pmax(f32x4.neg(largest), f32x4.pmin(largest, sums));
  v128.store(address, v128.bitselect(raised, x, v128.and(mask, f32x4.gt(x, f32x4.splat(-Infinity)))));
}

// @ts-ignore: decorator
@inline
function raiseAt(address: usize, delta: f64): void {
  const x = load<f32>(address);
  if (x > -Infinity) store<f32>(address, toFinite(<f64>x + delta));
}
