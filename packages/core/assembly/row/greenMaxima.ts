// The largest elements of closed blocks whose green tokens are raised, without hashing every token: of each block those near its
// largest are hashed, and further ones where none of these is green. Of the SIMD build alone.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { isClosed, plainAt, plainBlock, plainForm } from "../blocks/closedBlocks";
import { delta, raiseTokens } from "../blocks/greenBlock";
import { hitsAbove } from "../list/gather";
import { blockMax, listKeys, listWeights, paddedLength, wideBlock } from "../memory/workspace";
import { refreshBlock, refreshMax } from "./scan";

/** How far below a block's largest its tokens are hashed at first, in nats; each time it is twice as far. */
const FIRST_WIDTH: f64 = 1;
/** A block of which more tokens are to be hashed is opened, which hashes 64 of them for the price of so many. */
const MOST_TOKENS: usize = 12;
/** More than half a unit in the last place of an f32, as a share of it. */
const ROUNDING: f64 = 1e-7;
/** Bytes of what is noted of a block: its number, its largest element as it was, and a bit for each token that was hashed. */
const NOTE_BYTES = 16;

/** Brings the block maxima from `least` on, and the maximum, up to date after `raiseRow`. The list is lost. */
export function raiseMaxima(row: usize, least: f32): void {
  let end = noteBlocks(row, least);
  let width = FIRST_WIDTH;
  while (end > listWeights) {
    raiseWithin(row, end, min(width, delta));
    if (width >= delta) break;
    end = keepOpen(end, delta - width);
    width *= 2;
  }
  refreshMax();
}

/** Notes the closed blocks where the list's weights will be. Returns the end of the notes. */
function noteBlocks(row: usize, least: f32): usize {
  let out = listWeights;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const most = load<f32>(blockMax + ((<usize>b) << 2));
    if (!(most >= least)) continue;
    if (isClosed(b)) {
      store<i32>(out, b);
      store<f32>(out, most, 4);
      store<u64>(out, 0, 8);
      out += NOTE_BYTES;
    } else refreshBlock(row, b * BLOCK_ELEMENTS);
  }
  return out;
}

/** Hashes the tokens of the noted blocks that are up to `width` below the largest and were not hashed before. */
function raiseWithin(row: usize, end: usize, width: f64): void {
  const logits = listKeys + ((<usize>paddedLength) << 2);
  const count = listNear(row, end, width, logits);
  raiseTokens(listKeys, logits, count);
  for (let i: usize = 0; i < count << 2; i += 4) {
    const most = blockMax + ((<usize>load<i32>(listKeys + i) / BLOCK_ELEMENTS) << 2);
    v128.store32_lane(most, f32x4.pmax(v128.load32_zero(most), v128.load32_zero(logits + i)), 0); // of scalars, it would branch
  }
}

/** Lists their ids and logits. Returns how many there are. */
function listNear(row: usize, end: usize, width: f64, logits: usize): usize {
  const form = plainForm();
  let out = end;
  let count: usize = 0;
  for (let at = listWeights; at < end; at += NOTE_BYTES) {
    const block = load<i32>(at);
    const most = <f64>load<f32>(at, 4);
    const floor = <f32>(most - width - (abs(most) + width) * ROUNDING); // perhaps one token more than matters
    const near = hitsAbove(plainBlock(block, wideBlock, form), floor, form);
    const hits = near & ~load<u64>(at, 8);
    const tokens = <usize>popcnt(hits);
    if (tokens > MOST_TOKENS) {
      refreshBlock(row, block * BLOCK_ELEMENTS);
      store<u64>(at, u64.MAX_VALUE, 8);
      continue;
    }
    store<u64>(at, near, 8);
    store<i32>(out, block * BLOCK_ELEMENTS);
    store<u64>(out, hits, 8);
    out += <usize>(hits != 0) * NOTE_BYTES;
    count += tokens;
  }
  // one a step, without a branch on what is found
  let at = end;
  let first = load<i32>(at);
  let hits = load<u64>(at, 8);
  for (let i: usize = 0; i < count << 2; i += 4) {
    const id = first + <i32>ctz(hits);
    store<i32>(listKeys + i, id);
    store<f32>(logits + i, plainAt(id));
    hits &= hits - 1;
    const isDone = hits == 0;
    at += <usize>isDone * NOTE_BYTES;
    first = load<i32>(at);
    hits = select<u64>(load<u64>(at, 8), hits, isDone);
  }
  return count;
}

/** Keeps the notes of blocks of which a token further below may become the largest: what is left of δ there is `rise`. */
function keepOpen(end: usize, rise: f64): usize {
  let out = listWeights;
  for (let at = listWeights; at < end; at += NOTE_BYTES) {
    const most = load<f32>(blockMax + ((<usize>load<i32>(at)) << 2));
    const isOpen = load<i64>(at, 8) != -1 && <f64>most <= <f64>load<f32>(at, 4) + rise;
    v128.store(out, v128.load(at));
    out += <usize>isOpen * NOTE_BYTES;
  }
  return out;
}
