// The token mask of a job: ⌈vocabSize / 32⌉ words, bit 0 puts a token out (the layout of xgrammar and llguidance). Few
// allowed tokens become the list of ids that count. Of many, only blocks that are allowed in part are read, for their new
// maxima; elements are masked when something reads them, see closedBlocks.ts. The row in the slab stays as it is.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { closeUnderMask, maskOf, maxUnderMask } from "../blocks/closedBlocks";
import { blockMax, listWeights, paddedLength } from "../memory/workspace";
import { hasRest, narrowRest } from "../sparse/rest";
import { sparse, sparseCount, sparseIdAt } from "../sparse/sparseRow";
import { allowOnly, row, useCopy } from "./row";
import { refreshBlock, refreshMax } from "./scan";

/** Where at most one token in this many is allowed, they are listed. */
const LISTED_RATIO = 64;

/** mask: u32[⌈vocabSize / 32⌉], 4-byte aligned, read. Call when the row has been scanned. */
export function maskRow(mask: usize, vocabSize: i32): void {
  const words = (vocabSize + 31) >> 5;
  let allowed = 0;
  for (let i = 0; i < words; i++) allowed += popcnt(load<i32>(mask + ((<usize>i) << 2)));
  if (allowed <= paddedLength / LISTED_RATIO) listAllowed(mask, words);
  else if (sparse != 0) maskListed(mask, allowed - allowedBehind(mask, vocabSize));
  else maskBlocks(mask, words);
}

/** Bits behind the vocabulary. */
function allowedBehind(mask: usize, vocabSize: i32): i32 {
  const used = vocabSize & 31;
  return used == 0 ? 0 : popcnt(load<i32>(mask + ((<usize>vocabSize >> 5) << 2)) & (-1 << used));
}

/** Of a sparse row, whose list is short. `allowed`: how many tokens are, listed or not. */
function maskListed(mask: usize, allowed: i32): void {
  useCopy();
  for (let i = 0; i < sparseCount(); i++) {
    const tokenId = sparseIdAt(i);
    if ((load<u32>(mask + ((<usize>tokenId >> 5) << 2)) >> (tokenId & 31)) & 1) allowed--;
    else {
      store<f32>(row + ((<usize>tokenId) << 2), -Infinity);
      refreshBlock(row, tokenId);
    }
  }
  refreshMax();
  if (hasRest) narrowRest(<f64>allowed);
}

/** The ids go where the list's weights will be: nothing weighs the list before the ids are used up. */
function listAllowed(mask: usize, words: i32): void {
  let out = listWeights;
  for (let i = 0; i < words; i++) {
    let bits = load<u32>(mask + ((<usize>i) << 2));
    while (bits != 0) {
      store<i32>(out, (i << 5) + ctz(bits));
      out += 4;
      bits &= bits - 1;
    }
  }
  allowOnly(listWeights, <i32>((out - listWeights) >> 2));
}

function maskBlocks(mask: usize, words: i32): void {
  closeUnderMask(mask, words);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const bits = maskOf(b);
    if (bits == u64.MAX_VALUE) continue;
    store<f32>(blockMax + ((<usize>b) << 2), bits == 0 ? -Infinity : maxUnderMask(b));
  }
  refreshMax();
  useCopy();
}
