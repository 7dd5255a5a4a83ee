// From a row to a list of its largest elements.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock, peek } from "../blocks/closedBlocks";
import { blockMax, listWeights, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { countAtLeast, countBlocksAtLeast, countFloatsAtLeast } from "./count";
import { gatherAbove, gatherScattered } from "./gather";
import { floatOfOrdered, keyOf, orderedBits } from "./keys";
import { listCount, setCount, setKey, setShuffled } from "./list";

/** From so many on, elements are listed without a branch on what is found. */
const MANY = 256;
/** The smallest finite float as ordered bits. */
const LOWEST: u32 = 0x00800000;

/** Lists at least the `k` largest elements: those that reach a lower bound of the k-th. */
export function gatherLargest(row: usize, k: i32, largest: f32): void {
  const bound = lowerBound(row, k, largest);
  if (bound == LISTED) return;
  const floor = floatBelow(floatOfOrdered(bound));
  if (k < MANY) gatherAbove(row, floor);
  else gatherScattered(row, floor, 0, paddedLength);
}

/** The same where equals of the k-th are listed only as far as there are to be `k`, by ascending id, if all of them are many. */
export function gatherLargestCapped(row: usize, k: i32, largest: f32): void {
  const bound = lowerBound(row, k, largest);
  if (bound == LISTED) return;
  const x = floatOfOrdered(bound);
  const most = 2 * (k + SPARE);
  if (gatherScattered(row, floatBelow(x), 0, most) <= most) return;
  gatherScattered(row, x, 0, paddedLength);
  gatherEquals(row, x, k);
}

/** Lists elements equal to `x`, by ascending id, until there are `k` in the list. */
function gatherEquals(row: usize, x: f32, k: i32): void {
  let n = listCount;
  if (n < k) setShuffled();
  for (let b = 0; n < k; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < x) continue;
    openBlock(b);
    for (let id = b * BLOCK_ELEMENTS; n < k && id < (b + 1) * BLOCK_ELEMENTS; id++) {
      if (load<f32>(row + ((<usize>id) << 2)) == x) setKey(n++, keyOf(x, id));
    }
  }
  setCount(n);
}

/** What `lowerBound` gives where what reaches the bound is listed already. */
const LISTED: u32 = 0;
/** So many more than asked for are listed for the price of one step of a bisection. */
const SPARE = 1024;

/** A lower bound of the k-th largest element as ordered bits, which bisection over the floats brings close to it. The k-th largest
 *  block maximum is such a bound and found without reading the row again. Where there are too few blocks for that, elements are
 *  counted, at first at a bound guessed from a sample. */
function lowerBound(row: usize, k: i32, largest: f32): u32 {
  let low = LOWEST;
  let high = orderedBits(largest) + 1;
  const byBlocks = k <= paddedLength / (2 * BLOCK_ELEMENTS) && countBlocksAtLeast(-f32.MAX_VALUE) >= k;
  let enough = k + (k >> 2) + 4;
  if (!byBlocks) {
    enough += SPARE;
    const guess = guessBound(row, k, high);
    const count = gatherScattered(row, floatBelow(floatOfOrdered(guess)), k, enough);
    if (count >= k && count <= enough) return LISTED;
    if (count < k) {
      if (countAtLeast(row, -f32.MAX_VALUE) <= k) {
        gatherAbove(row, -Infinity);
        return LISTED;
      }
      high = guess;
    } else low = guess;
  }
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const threshold = floatOfOrdered(middle);
    const count = byBlocks ? countBlocksAtLeast(threshold) : countAtLeast(row, threshold);
    if (count >= k) {
      low = middle;
      if (count <= enough) break;
    } else high = middle;
  }
  return low;
}

/** A value that rather more than `k` elements are likely to reach, as ordered bits below `high`: three standard deviations
 *  below the k-th by a sample of one element of each block. */
function guessBound(row: usize, k: i32, high: u32): u32 {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const sample = listWeights;
  for (let b = 0; b < blocks; b++) {
    store<f32>(sample + ((<usize>b) << 2), peek(row, b * BLOCK_ELEMENTS + ((b * 37) & (BLOCK_ELEMENTS - 1))));
  }
  const share = <f64>k / <f64>paddedLength;
  const rank = <i32>(<f64>blocks * share + 3 * sqrt(<f64>blocks * share * (1 - share))) + 1;
  let low = LOWEST;
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const count = countFloatsAtLeast(sample, floatOfOrdered(middle));
    if (count < rank) high = middle;
    else {
      low = middle;
      if (count == rank) break;
    }
  }
  return low;
}
