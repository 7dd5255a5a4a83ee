// Single logits that are looked up by value.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { blockMax, paddedLength } from "../memory/workspace";
import { floor, row } from "./row";

/** Whether a logit of the row lies in [low, high]. */
export function hasBetween(low: f64, high: f64): bool {
  for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
    if (<f64>load<f32>(blockMax + (b << 2)) < low) continue;
    const block = readBlock(row, <i32>b);
    if (ASC_FEATURE_SIMD) {
      const low2 = f64x2.splat(low);
      const high2 = f64x2.splat(high);
      let found = i64x2.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        found = v128.or(found, v128.and(f64x2.ge(x, low2), f64x2.le(x, high2)));
      }
      if (v128.any_true(found)) return true;
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
        const x = <f64>load<f32>(p);
        if (x >= low && x <= high) return true;
      }
    }
  }
  return false;
}

/** The first logit above `floor`. */
export function finiteLogit(): f32 {
  let b = 0;
  while (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) b++;
  let p = readBlock(row, b);
  while (!(load<f32>(p) > floor)) p += 4;
  return load<f32>(p);
}
