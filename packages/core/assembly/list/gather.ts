// From a row to a list: what is above a floor, or what is named.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { blockMax, listKeys, listWeights, paddedLength } from "../memory/workspace";
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

/** The same where many elements of many blocks are above `floor`, but not most of them. No step depends on what is found, so
 *  there is no branch to mispredict. */
export function gatherScattered(row: usize, floor: f32): void {
  if (ASC_FEATURE_SIMD) gatherHits(row, hitBlocks(row, floor));
  else gatherAbove(row, floor);
}

/** Bytes of what is noted of a block that has elements above a floor: its number, and at 8 a bit for each of these. */
const HIT_BYTES = 16;

/** Notes the blocks with elements above `floor` where the list's weights will be; returns their
 *  number. */
function hitBlocks(row: usize, floor: f32): i32 {
  let out = listWeights;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    store<i32>(out, b);
    out += <usize>(load<f32>(blockMax + ((<usize>b) << 2)) > floor) * HIT_BYTES;
  }
  const floor4 = f32x4.splat(floor);
  for (let at = listWeights; at < out; at += HIT_BYTES) {
    const block = load<i32>(at);
    openBlock(block);
    const p = row + <usize>block * (BLOCK_ELEMENTS * 4);
    let hits = hits16(p, floor4) | (hits16(p + 64, floor4) << 16);
    hits |= (hits16(p + 128, floor4) << 32) | (hits16(p + 192, floor4) << 48);
    store<u64>(at, hits, 8);
  }
  return <i32>((out - listWeights) / HIT_BYTES);
}

/** Lists what `hitBlocks` noted, one element a step. */
function gatherHits(row: usize, blocks: i32): void {
  let total = 0;
  const end = listWeights + <usize>blocks * HIT_BYTES;
  for (let at = listWeights; at < end; at += HIT_BYTES) total += <i32>popcnt(load<u64>(at, 8));
  let at = listWeights;
  let first = load<i32>(at) * BLOCK_ELEMENTS;
  let hits = load<u64>(at, 8);
  const last = listKeys + ((<usize>total) << 3);
  for (let out = listKeys; out < last; out += 8) {
    const id = first + <i32>ctz(hits);
    store<u64>(out, keyOf(load<f32>(row + ((<usize>id) << 2)), id));
    hits &= hits - 1;
    const isDone = hits == 0;
    at += <usize>isDone * HIT_BYTES;
    first = load<i32>(at) * BLOCK_ELEMENTS;
    hits = select<u64>(load<u64>(at, 8), hits, isDone);
  }
  setListed(total);
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
