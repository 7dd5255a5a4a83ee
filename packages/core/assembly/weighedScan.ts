// The scan and the cheap weights of a dense draw in one pass. Weights are relative to a reference that must be known before
// the row's maximum is: any element not too far below it will do.
import { BLOCK_ELEMENTS } from "../src/layout";
import { BIAS, LOWEST } from "./masses";
import {
  dropWeights,
  finishScan,
  largestLane,
  max4,
  maxOfBlock,
  read_row,
  refreshBlock,
  rowMax,
  scanRow,
  setWeighedScale,
  weighedScale,
} from "./scan";
import { blockMax, blockSum, paddedLength } from "./workspace";

/** What the weights in `blockSum` are relative to. */
export let reference: f32 = 0;

/** Where the reference is looked for: the more elements, the nearer it is to the maximum. */
const REFERENCE_ELEMENTS = 1024;
/** Largest power of 2 of the reference itself: beyond, z loses digits. With it z is off by less than 5e-5. */
const LARGEST_OFFSET: f32 = 128;
/** Furthest powers of 2 between reference and maximum: beyond, sums of blocks could overflow or vanish. */
const FURTHEST: f32 = 100;
/** Beyond this scale the reference is too often too far away. */
const LARGEST_SCALE: f32 = 16;

// A variable, so that the engine keeps it in a register instead of building it anew in every iteration.
let lowest: f32 = LOWEST;

/** Whether the weights in `blockSum` are those of the row at `scale`. */
export function isWeighed(scale: f32): bool {
  return weighedScale == scale && abs(rowMax - reference) * scale <= FURTHEST;
}

// @ts-ignore: decorator
@inline
function weight4(x: v128, scale4: v128, shift4: v128, lowest4: v128): v128 {
  return i32x4.shl(f32x4.pmax(lowest4, f32x4.add(f32x4.mul(x, scale4), shift4)), 8);
}

// @ts-ignore: decorator
@inline
function add4(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** `scanRow`, and with a `scale` above 0 the f64 block sums of the cheap weights in `blockSum`, where that is possible:
 *  see `isWeighed`. z = x·scale + (BIAS − reference·scale) saves a subtraction. */
export function scanAndWeigh(row: usize, scale: f32): i32 {
  dropWeights();
  if (!(scale > 0 && scale <= LARGEST_SCALE)) return scanRow(row);
  const guess = read_row(row, min(paddedLength, REFERENCE_ELEMENTS));
  if (!(abs(guess) * scale <= LARGEST_OFFSET)) return scanRow(row);
  reference = guess;
  const status = weighedPass(row, scale);
  if (status == 0 && (rowMax - reference) * scale <= FURTHEST) setWeighedScale(scale);
  return status;
}

function weighedPass(row: usize, scale: f32): i32 {
  const end = row + ((<usize>paddedLength) << 2);
  let outMax = blockMax;
  let outSum = blockSum;
  let suspicious = true;
  let m: f32 = -Infinity;
  const shift: f32 = BIAS - reference * scale;
  if (ASC_FEATURE_SIMD) {
    const scale4 = f32x4.splat(scale);
    const shift4 = f32x4.splat(shift);
    const lowest4 = f32x4.splat(lowest);
    let top = f32x4.splat(-Infinity);
    let check = f32x4.splat(0);
    for (let block = row; block < end; block += BLOCK_ELEMENTS * 4) {
      let largest = f32x4.splat(-Infinity);
      let sum = f32x4.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const a = v128.load(p);
        const b = v128.load(p, 16);
        const c = v128.load(p, 32);
        const d = v128.load(p, 48);
        largest = f32x4.pmax(largest, max4(a, b, c, d));
        check = i32x4.max_u(
          check,
          i32x4.max_u(i32x4.max_u(i32x4.shl(a, 1), i32x4.shl(b, 1)), i32x4.max_u(i32x4.shl(c, 1), i32x4.shl(d, 1))),
        );
        sum = f32x4.add(
          sum,
          add4(
            weight4(a, scale4, shift4, lowest4),
            weight4(b, scale4, shift4, lowest4),
            weight4(c, scale4, shift4, lowest4),
            weight4(d, scale4, shift4, lowest4),
          ),
        );
      }
      top = f32x4.pmax(top, largest);
      largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
      largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2));
      v128.store32_lane(outMax, largest, 0);
      sum = f32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
      sum = f32x4.add(sum, i32x4.shuffle(sum, sum, 1, 0, 3, 2));
      store<f64>(outSum, -(<f64>f32x4.extract_lane(sum, 0)));
      outMax += 4;
      outSum += 8;
    }
    suspicious = v128.any_true(i32x4.gt_u(check, i32x4.splat(0xff000000)));
    m = largestLane(top);
  } else {
    for (let block = 0; block < paddedLength / BLOCK_ELEMENTS; block++) {
      const largest = maxOfBlock(row + <usize>block * (BLOCK_ELEMENTS * 4));
      store<f32>(outMax, largest);
      if (largest > m) m = largest;
      store<f64>(outSum, <f64>weightOfBlock(row, block, scale));
      outMax += 4;
      outSum += 8;
    }
  }
  return finishScan(row, m, suspicious);
}

/** Brings what was scanned of the block around one element up to date after it was changed. */
export function refreshScan(row: usize, tokenId: i32): void {
  refreshBlock(row, tokenId);
  if (weighedScale == 0) return;
  const block = tokenId / BLOCK_ELEMENTS;
  store<f64>(blockSum + ((<usize>block) << 3), <f64>weightOfBlock(row, block, weighedScale));
}

/** Sum of one block in the order of the vector form. */
function weightOfBlock(row: usize, block: i32, scale: f32): f32 {
  const start = row + <usize>block * (BLOCK_ELEMENTS * 4);
  const shift: f32 = BIAS - reference * scale;
  return (
    weightOfLane(start, scale, shift) +
    weightOfLane(start + 8, scale, shift) +
    (weightOfLane(start + 4, scale, shift) + weightOfLane(start + 12, scale, shift))
  );
}

function weightOfLane(block: usize, scale: f32, shift: f32): f32 {
  let sum: f32 = 0;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = weightOf(load<f32>(p), scale, shift);
    const w1 = weightOf(load<f32>(p, 16), scale, shift);
    const w2 = weightOf(load<f32>(p, 32), scale, shift);
    const w3 = weightOf(load<f32>(p, 48), scale, shift);
    sum += w0 + w1 + (w2 + w3);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function weightOf(x: f32, scale: f32, shift: f32): f32 {
  const z = x * scale + shift;
  return -reinterpret<f32>(reinterpret<u32>(z > LOWEST ? z : LOWEST) << 8);
}

/** Sum of the block sums at `sums`, in the order of `cheapMasses`. */
export function totalMass(sums: usize): f64 {
  const end = sums + ((<usize>paddedLength / BLOCK_ELEMENTS) << 3);
  let total0: f64 = 0;
  let total1: f64 = 0;
  let total2: f64 = 0;
  let total3: f64 = 0;
  for (let p = sums; p < end; p += 32) {
    total0 += load<f64>(p);
    total1 += load<f64>(p, 8);
    total2 += load<f64>(p, 16);
    total3 += load<f64>(p, 24);
  }
  return total0 + total2 + (total1 + total3);
}
