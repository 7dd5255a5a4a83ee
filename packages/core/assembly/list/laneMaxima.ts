// The largest element of each lane of each block, f32[blocks][4], where the list's weights will be: closer to the k-th largest
// element than block maxima are, where k is a large part of the number of blocks. The scan stores them if the first stage asks.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { bf16Row, passBlock } from "../blocks/closedBlocks";
import { bytesOf16, fourOf16 } from "../blocks/widen";
import { listWeights, paddedLength } from "../memory/workspace";
import { countFloatsAtLeast } from "./count";

/** Whether the scan stored them and nothing was changed since. */
let areStored: bool = false;

export function forgetLanes(): void {
  areStored = false;
}

export function keepLanes(): void {
  areStored = true;
}

/** Has them written; returns how many are above −Infinity. */
export function laneMaxima(row: usize): i32 {
  if (!areStored) {
    if (ASC_FEATURE_SIMD && bf16Row != 0) writeLaneMaxima(row, true);
    else writeLaneMaxima(row, false);
  }
  areStored = false; // the weights come there
  return countFloatsAtLeast(listWeights, paddedLength / 16, -f32.MAX_VALUE);
}

// @ts-ignore: decorator
@inline
function writeLaneMaxima(row: usize, areBf16: bool): void {
  let out = listWeights;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = passBlock(row, b, areBf16);
    if (ASC_FEATURE_SIMD) {
      let most = f32x4.splat(-Infinity);
      for (let p = block; p < block + 4 * bytesOf16(areBf16); p += bytesOf16(areBf16)) {
        const a = f32x4.pmax(fourOf16(p, 0, areBf16), fourOf16(p, 1, areBf16));
        const c = f32x4.pmax(fourOf16(p, 2, areBf16), fourOf16(p, 3, areBf16));
        most = f32x4.pmax(most, f32x4.pmax(a, c));
      }
      v128.store(out, most);
    } else {
      for (let lane: usize = 0; lane < 16; lane += 4) {
        let most: f32 = -Infinity;
        for (let p = block + lane; p < block + BLOCK_ELEMENTS * 4; p += 16) most = max(most, load<f32>(p));
        store<f32>(out + lane, most);
      }
    }
    out += 16;
  }
}
