// From a row to a list of its largest elements.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { peek } from "../blocks/closedBlocks";
import { blockMax, listWeights, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { countAtLeast, countBlocksAtLeast, countFloatsAtLeast } from "./count";
import { gatherAbove, gatherScattered } from "./gather";
import { floatOfOrdered, orderedBits } from "./keys";
import { laneMaxima } from "./laneMaxima";

/** The smallest finite float as ordered bits. */
const LOWEST: u32 = 0x00800000;
/** Distances from the largest that are tried. */
const MOST_STEPS = 16;

/** Whether a bound of the k-th largest element is likely to come from lane maxima. */
export function takesLanes(k: i32): bool {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  return k > blocks / 2 && k <= 2 * blocks;
}

/** Lists at least the `k` largest elements: those above a lower bound of the k-th, which bisection over the floats brings
 *  close to it. The k-th largest of the largest elements of blocks, or of the lanes of blocks, is such a bound. Where there are
 *  too few of them, elements are counted, at first at a bound guessed from a sample. */
export function gatherLargest(row: usize, k: i32, largest: f32): void {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const high = orderedBits(largest) + 1;
  const enough = k + (k >> 2) + 4;
  if (k <= blocks / 2 && countBlocksAtLeast(-f32.MAX_VALUE) >= k) {
    gatherAbove(row, floatBelow(boundOf(blockMax, blocks, k, enough, high)));
  } else if (k <= 2 * blocks && laneMaxima(row) >= k) {
    gatherScattered(row, floatBelow(boundNear(listWeights, 4 * blocks, k, enough, largest)));
  } else gatherCounted(row, k, enough + 1024, high);
}

/** The k-th largest of f32[count], or a lower value that at most `enough` of them reach; `high`: ordered bits above them all. */
function boundOf(floats: usize, count: i32, k: i32, enough: i32, high: u32): f32 {
  let low = LOWEST;
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const reaching = countFloatsAtLeast(floats, count, floatOfOrdered(middle));
    if (reaching >= k) {
      low = middle;
      if (reaching <= enough) break;
    } else high = middle;
  }
  return floatOfOrdered(low);
}

/** The same, in fewer steps where logits are of the usual sizes: at distances from the largest that are doubled, then halved. */
function boundNear(floats: usize, count: i32, k: i32, enough: i32, largest: f32): f32 {
  let near: f32 = 0;
  let far: f32 = Infinity;
  let distance: f32 = 4;
  for (let step = 0; step < MOST_STEPS; step++) {
    const reaching = countFloatsAtLeast(floats, count, largest - distance);
    if (reaching >= k && reaching <= enough) return largest - distance;
    if (reaching < k) near = distance;
    else far = distance;
    distance = far < Infinity ? (near + far) / 2 : 2 * distance;
  }
  return boundOf(floats, count, k, enough, orderedBits(largest) + 1);
}

/** The same by counting elements. */
function gatherCounted(row: usize, k: i32, enough: i32, high: u32): void {
  let low = guessBound(row, k, high);
  const guessed = countAtLeast(row, floatOfOrdered(low));
  if (guessed < k) {
    if (countAtLeast(row, -f32.MAX_VALUE) <= k) return gatherAbove(row, -Infinity);
    high = low;
    low = LOWEST;
  } else if (guessed <= enough) high = low + 1;
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const count = countAtLeast(row, floatOfOrdered(middle));
    if (count >= k) {
      low = middle;
      if (count <= enough) break;
    } else high = middle;
  }
  gatherScattered(row, floatBelow(floatOfOrdered(low)));
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
    const count = countFloatsAtLeast(sample, blocks, floatOfOrdered(middle));
    if (count < rank) high = middle;
    else {
      low = middle;
      if (count == rank) break;
    }
  }
  return low;
}
