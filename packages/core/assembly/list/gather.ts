// From a row to a list: what is above a floor, or what is named.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { blockMax, listKeys, paddedLength } from "../memory/workspace";
import { keyOf } from "./keys";
import { setKey, setListed } from "./list";

/** Bit i: element i of the 16 at `p` is above the floor. */
// @ts-ignore: decorator
@inline
function hits16(p: usize, floor4: v128): u64 {
  const a = f32x4.gt(v128.load(p), floor4);
  const b = f32x4.gt(v128.load(p, 16), floor4);
  const c = f32x4.gt(v128.load(p, 32), floor4);
  const d = f32x4.gt(v128.load(p, 48), floor4);
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/** Lists every element above `floor`, by ascending id. */
export function gatherAbove(row: usize, floor: f32): void {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  let out = listKeys;
  for (let b = 0; b < blocks; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    openBlock(b);
    const first = b * BLOCK_ELEMENTS;
    const p = row + ((<usize>first) << 2);
    if (ASC_FEATURE_SIMD) {
      const floor4 = f32x4.splat(floor);
      let hits = hits16(p, floor4) | (hits16(p + 64, floor4) << 16);
      hits |= (hits16(p + 128, floor4) << 32) | (hits16(p + 192, floor4) << 48);
      while (hits != 0) {
        const id = first + <i32>ctz(hits);
        store<u64>(out, keyOf(load<f32>(row + ((<usize>id) << 2)), id));
        out += 8;
        hits &= hits - 1;
      }
    } else {
      for (let i = 0; i < BLOCK_ELEMENTS; i++) {
        const x = load<f32>(p + ((<usize>i) << 2));
        if (x > floor) {
          store<u64>(out, keyOf(x, first + i));
          out += 8;
        }
      }
    }
  }
  setListed(<i32>((out - listKeys) >> 3));
}

/** Lists the finite ones of the tokens named by `ids` (i32[count], ascending, distinct). */
export function gatherIds(row: usize, ids: usize, count: i32): void {
  let n = 0;
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + ((<usize>i) << 2));
    openBlock(id / BLOCK_ELEMENTS);
    const x = load<f32>(row + ((<usize>id) << 2));
    if (x > -Infinity) setKey(n++, keyOf(x, id));
  }
  setListed(n);
}
