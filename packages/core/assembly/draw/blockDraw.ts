// Candidates of a dense row, without weighing all of it. A block of 64 weighs at most 64 times its largest element, which the
// scan knows: a point drawn in these bounds either falls on an element or into the void above the block's true weight, and
// then is drawn again. So candidates follow their weights exactly, and only the blocks that were hit are ever read: each
// is weighed once, after which its sum stands in place of its bound. A bound is off by 64 at most.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { blockMass, blockMax, groupMass, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { lanesSum } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { BIAS, bracketWeight, LOWEST } from "../sums/bracketWeights";
import { isAbovePivot, pivotLogit, pivotTokenId } from "../sums/pivot";

/** Blocks whose masses are added up apart, so that a point is found in two short walks. */
const GROUP_BLOCKS = 32;
let largest: f32 = 0;
let scale: f32 = 0;
/** Sum of all bounds and masses: at least the cheap weight of all that is above the pivot. */
export let boundedTotal: f64 = 0;
/** Cheap weight of the candidate that `candidateAt` returned. */
export let candidateWeight: f64 = 0;
/** Which part of the bounded total gives that candidate, or none: from `candidateLow` to `candidateHigh`. */
export let candidateLow: f64 = 0;
export let candidateHigh: f64 = 0;

/** Bounds what is above the pivot. `blockMass`: minus the bound until a block is weighed. */
export function openBlocks(weightScale: f32): void {
  largest = rowMax;
  scale = weightScale;
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const own = pivotTokenId / BLOCK_ELEMENTS;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const pivot4 = f32x4.splat(pivotLogit);
    for (let first = 0; first < blocks; first += GROUP_BLOCKS) {
      let sums = f64x2.splat(0);
      for (let b = first; b < min(first + GROUP_BLOCKS, blocks); b += 4) {
        const maxima = v128.load(blockMax + ((<usize>b) << 2));
        const z = f32x4.add(f32x4.mul(f32x4.sub(maxima, largest4), scale4), bias4);
        const weights = i32x4.shl(i32x4.max_s(z, lowest4), 8); // negative, see BIAS
        // equals of the pivot count up to its own block
        const isIn = b <= own ? f32x4.ge(maxima, pivot4) : f32x4.gt(maxima, pivot4);
        const bounds = v128.and(f32x4.mul(weights, f32x4.splat(<f32>BLOCK_ELEMENTS)), isIn);
        const out = blockMass + ((<usize>b) << 3);
        const low = f64x2.promote_low_f32x4(bounds);
        const high = f64x2.promote_low_f32x4(i32x4.shuffle(bounds, bounds, 2, 3, 0, 1));
        v128.store(out, low);
        v128.store(out, high, 16);
        sums = f64x2.add(f64x2.add(sums, low), high);
      }
      store<f64>(groupMass + ((<usize>first / GROUP_BLOCKS) << 3), -lanesSum(sums)); // the same bits as in `sumGroup`
    }
  } else {
    for (let b = 0; b < blocks; b++) {
      const most = load<f32>(blockMax + ((<usize>b) << 2));
      const isIn = (b & -4) <= own ? most >= pivotLogit : most > pivotLogit;
      const bound: f32 = isIn ? -bracketWeight(most, largest, scale) * <f32>BLOCK_ELEMENTS : 0;
      store<f64>(blockMass + ((<usize>b) << 3), <f64>bound);
    }
    for (let b = 0; b < blocks; b += GROUP_BLOCKS) sumGroup(b);
  }
  sumTotal();
}

/** Adds up the group that starts with block `first`. */
function sumGroup(first: i32): void {
  const end = blockMass + ((<usize>min(first + GROUP_BLOCKS, paddedLength / BLOCK_ELEMENTS)) << 3);
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let p = blockMass + ((<usize>first) << 3); p < end; p += 16) {
    even += abs(load<f64>(p));
    odd += abs(load<f64>(p, 8));
  }
  store<f64>(groupMass + ((<usize>first / GROUP_BLOCKS) << 3), even + odd);
}

function sumTotal(): void {
  const end = groupMass + ((<usize>groupCount()) << 3);
  let total: f64 = 0;
  for (let p = groupMass; p < end; p += 8) total += load<f64>(p);
  boundedTotal = total;
}

// @ts-ignore: decorator
@inline
function groupCount(): i32 {
  return (paddedLength / BLOCK_ELEMENTS + GROUP_BLOCKS - 1) / GROUP_BLOCKS;
}

let remainder: f64 = 0;

/** Index of the mass in [first, end) that `point` falls on; `remainder`: how far into it. */
function find(masses: usize, first: i32, end: i32, point: f64): i32 {
  let found = first;
  for (let i = first; i < end; i++) {
    const mass = abs(load<f64>(masses + ((<usize>i) << 3)));
    if (mass == 0) continue;
    found = i;
    remainder = min(point, mass);
    if (point < mass) break;
    point -= mass;
  }
  return found;
}

/** Token id above the pivot at `share` of the bounded total, 0 < share < 1; in the void of a block, its number's complement. */
export function candidateAt(share: f64): i32 {
  const at = share * boundedTotal;
  const group = find(groupMass, 0, groupCount(), at);
  const first = group * GROUP_BLOCKS;
  const block = find(blockMass, first, min(first + GROUP_BLOCKS, paddedLength / BLOCK_ELEMENTS), remainder);
  const mass = load<f64>(blockMass + ((<usize>block) << 3));
  const start = at - remainder;
  if (mass >= 0) return tokenAt(block, remainder, start);
  const weighed = weighBlock(block);
  store<f64>(blockMass + ((<usize>block) << 3), weighed);
  sumGroup(first);
  sumTotal();
  if (remainder < weighed) return tokenAt(block, remainder, start);
  candidateLow = start + weighed;
  candidateHigh = start - mass;
  return ~block;
}

/** The token of the block that `point` falls on, or by rounding its last one. `start`: where the block begins. */
function tokenAt(block: i32, point: f64, start: f64): i32 {
  openBlock(block);
  let running: f64 = 0;
  let chosen = -1;
  const first = block * BLOCK_ELEMENTS;
  for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
    const x = load<f32>(row + ((<usize>id) << 2));
    if (!isAbovePivot(x, id)) continue;
    const weight = <f64>bracketWeight(x, largest, scale);
    if (weight == 0) continue;
    chosen = id;
    candidateWeight = weight;
    running += weight;
    if (running > point) break;
  }
  candidateLow = start + (running - candidateWeight);
  candidateHigh = start + running;
  return chosen;
}

/** Cheap weight of what of the block is above the pivot: each lane in f64, then (0+2)+(1+3); in the pivot's own block, where
 *  ids decide between equals, element by element. */
function weighBlock(block: i32): f64 {
  openBlock(block);
  const own = pivotTokenId / BLOCK_ELEMENTS;
  const start = row + <usize>block * (BLOCK_ELEMENTS * 4);
  if (block == own) {
    let sum: f64 = 0;
    const first = block * BLOCK_ELEMENTS;
    for (let id = first; id < first + BLOCK_ELEMENTS; id++) {
      const x = load<f32>(row + ((<usize>id) << 2));
      if (isAbovePivot(x, id)) sum += <f64>bracketWeight(x, largest, scale);
    }
    return sum;
  }
  const floor = block < own ? floatBelow(pivotLogit) : pivotLogit;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const floor4 = f32x4.splat(floor);
    let sum01 = f64x2.splat(0);
    let sum23 = sum01;
    for (let p = start; p < start + BLOCK_ELEMENTS * 4; p += 16) {
      const x = v128.load(p);
      const z = f32x4.add(f32x4.mul(f32x4.sub(x, largest4), scale4), bias4);
      const weights = v128.and(i32x4.shl(i32x4.max_s(z, lowest4), 8), f32x4.gt(x, floor4));
      sum01 = f64x2.sub(sum01, f64x2.promote_low_f32x4(weights)); // negative, see BIAS
      sum23 = f64x2.sub(sum23, f64x2.promote_low_f32x4(i32x4.shuffle(weights, weights, 2, 3, 0, 1)));
    }
    const sums = f64x2.add(sum01, sum23);
    return lanesSum(sums);
  } else {
    const even = laneOfBlock(start, floor) + laneOfBlock(start + 8, floor);
    return even + (laneOfBlock(start + 4, floor) + laneOfBlock(start + 12, floor));
  }
}

function laneOfBlock(lane: usize, floor: f32): f64 {
  let sum: f64 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 16) {
    const x = load<f32>(p);
    if (x > floor) sum += <f64>bracketWeight(x, largest, scale);
  }
  return sum;
}
