// From a row to a list: what is above a floor, or what is named.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { narrowRow, openBlock, passBlock, passForm } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F16_INFINITY, F32, finiteF16, fourOf16 } from "../blocks/widen";
import { blockMax, listKeys, listWeights, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { countAtLeast } from "./count";
import { keyOf, orderedBitsx4 } from "./keys";
import { setKey, setListed } from "./list";

/** Bit i: element i of the 16 at `p` is above the floor. */
// @ts-ignore: decorator
@inline
function hits16(p: usize, floor4: v128, form: i32): u64 {
  const a = f32x4.gt(fourOf16(p, 0, form), floor4);
  const b = f32x4.gt(fourOf16(p, 1, form), floor4);
  const c = f32x4.gt(fourOf16(p, 2, form), floor4);
  const d = f32x4.gt(fourOf16(p, 3, form), floor4);
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/** The same of the 64 of a block. */
// @ts-ignore: decorator
@inline
function hits64(p: usize, floor4: v128, form: i32): u64 {
  const bytes = bytesOf16(form);
  const low = hits16(p, floor4, form) | (hits16(p + bytes, floor4, form) << 16);
  const high = hits16(p + 2 * bytes, floor4, form) | (hits16(p + 3 * bytes, floor4, form) << 16);
  return low | (high << 32);
}

/** The same of the block at `p` in that form; of f16, nothing that is infinite is above any floor. */
export function hitsAbove(p: usize, floor: f32, form: i32): u64 {
  if (form == BF16) return hits64(p, f32x4.splat(floor), BF16);
  if (form == F16) return hits64(p, f32x4.splat(max(floor, -F16_INFINITY)), F16);
  return hits64(p, f32x4.splat(floor), F32);
}

/** The form in which elements above `floor` can be looked for: of f16, what is infinite has to stay below it. */
// @ts-ignore: decorator
@inline
function gatheredForm(floor: f32): i32 {
  const form = passForm();
  return form == F16 && floor < -F16_INFINITY ? F32 : form;
}

/** Element of a row, as a block was read by `passBlock`. */
// @ts-ignore: decorator
@inline
function elementAt(row: usize, id: i32, form: i32): f32 {
  if (form == BF16) return reinterpret<f32>((<u32>load<u16>(narrowRow + ((<usize>id) << 1))) << 16);
  if (form == F16) return finiteF16(load<i16>(narrowRow + ((<usize>id) << 1)));
  return load<f32>(row + ((<usize>id) << 2));
}

/** Lists every element above `floor`, by ascending id. */
export function gatherAbove(row: usize, floor: f32): void {
  if (ASC_FEATURE_SIMD && gatheredForm(floor) != F32) {
    gatherScattered(row, floor, 0, paddedLength);
    return;
  }
  let out = listKeys;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    openBlock(b);
    const first = b * BLOCK_ELEMENTS;
    const block = row + ((<usize>first) << 2);
    if (ASC_FEATURE_SIMD) {
      let hits = hitsAbove(block, floor, F32);
      if (hits == u64.MAX_VALUE) {
        listBlock(out, block, first);
        out += BLOCK_ELEMENTS * 8;
        continue;
      }
      while (hits != 0) {
        const id = first + <i32>ctz(hits);
        store<u64>(out, keyOf(elementAt(row, id, F32), id));
        out += 8;
        hits &= hits - 1;
      }
    } else {
      for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
        const x = load<f32>(row + ((<usize>id) << 2));
        if (x > floor) {
          store<u64>(out, keyOf(x, id));
          out += 8;
        }
      }
    }
  }
  setListed(<i32>((out - listKeys) >> 3));
}

/** Writes the keys of all 64 elements at `p`, whose ids begin with `first`. */
// @ts-ignore: decorator
@inline
function listBlock(out: usize, p: usize, first: i32): void {
  let ids = v128.not(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)));
  for (const end = p + BLOCK_ELEMENTS * 4; p < end; p += 16) {
    const ordered = orderedBitsx4(v128.load(p));
    v128.store(out, i32x4.shuffle(ids, ordered, 0, 4, 1, 5));
    v128.store(out, i32x4.shuffle(ids, ordered, 2, 6, 3, 7), 16);
    ids = i32x4.sub(ids, i32x4.splat(4));
    out += 32;
  }
}

/** The same where many elements of many blocks are above `floor`, but not most of them, if there are `least` to `most` of them.
 *  Returns how many there are. No step depends on what is found, so there is no branch to mispredict. */
export function gatherScattered(row: usize, floor: f32, least: i32, most: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    const form = gatheredForm(floor);
    if (form == BF16) return gatherHits(row, floor, least, most, BF16);
    if (form == F16) return gatherHits(row, floor, least, most, F16);
    return gatherHits(row, floor, least, most, F32);
  }
  const count = countAtLeast(row, -floatBelow(-floor));
  if (count >= least && count <= most) gatherAbove(row, floor);
  return count;
}

/** Bytes of what is noted of a block that has elements above a floor: its number, and at 8 a bit for each of these. */
const HIT_BYTES = 16;

/** Notes the blocks with elements above `floor` where the list's weights will be; returns their
 *  number. */
// @ts-ignore: decorator
@inline
function hitBlocks(row: usize, floor: f32, form: i32): i32 {
  const floor4 = f32x4.splat(floor);
  let out = listWeights;
  for (let first = 0; first < paddedLength / BLOCK_ELEMENTS; first += 4) {
    const maxima = blockMax + ((<usize>first) << 2);
    if (!v128.any_true(f32x4.gt(v128.load(maxima), floor4))) continue;
    for (let i = 0; i < 4; i++) {
      store<i32>(out, first + i);
      out += <usize>(load<f32>(maxima + ((<usize>i) << 2)) > floor) * HIT_BYTES;
    }
  }
  for (let at = listWeights; at < out; at += HIT_BYTES) {
    const block = load<i32>(at);
    if (form == F32) openBlock(block);
    const p = form != F32 ? passBlock(row, block, form) : row + <usize>block * (BLOCK_ELEMENTS * 4);
    store<u64>(at, form == F16 ? hitsAbove(p, floor, F16) : hits64(p, floor4, form), 8);
  }
  return <i32>((out - listWeights) / HIT_BYTES);
}

/** Lists what `hitBlocks` notes, one element a step, as `gatherScattered`. */
// @ts-ignore: decorator
@inline
function gatherHits(row: usize, floor: f32, least: i32, most: i32, form: i32): i32 {
  const blocks = hitBlocks(row, floor, form);
  let total = 0;
  const end = listWeights + <usize>blocks * HIT_BYTES;
  for (let at = listWeights; at < end; at += HIT_BYTES) total += <i32>popcnt(load<u64>(at, 8));
  if (total < least || total > most) return total;
  let at = listWeights;
  let first = load<i32>(at) * BLOCK_ELEMENTS;
  let hits = load<u64>(at, 8);
  const last = listKeys + ((<usize>total) << 3);
  for (let out = listKeys; out < last; out += 8) {
    const id = first + <i32>ctz(hits);
    store<u64>(out, keyOf(elementAt(row, id, form), id));
    hits &= hits - 1;
    const isDone = hits == 0;
    at += <usize>isDone * HIT_BYTES;
    first = load<i32>(at) * BLOCK_ELEMENTS;
    hits = select<u64>(load<u64>(at, 8), hits, isDone);
  }
  setListed(total);
  return total;
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
