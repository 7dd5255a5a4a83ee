// The smallest element of a row above −Infinity, and how many there are, by what the scan finds on the way.
import { F32, widen } from "../blocks/widen";
import { countAtLeast } from "../list/count";
import { paddedLength } from "../memory/workspace";

/** Elements of the last step of a scan, which has the padding. */
const LAST_STEP: usize = 256;
/** The smallest element of all steps but the last, −Infinity: not known, or that is what it is; where the last one is, and in which
 *  form. */
let before: f32 = -Infinity;
let last: usize = 0;
let form: i32 = F32;

/** The row has changed, or is another. */
export function forgetLeast(): void {
  before = -Infinity;
}

/** Keeps what a scan found: an element of all steps but the last that is not above any other of them. */
export function keepLeast(least: f32, lastStep: usize, rowForm: i32): void {
  before = least;
  last = lastStep;
  form = rowForm;
}

// @ts-ignore: decorator
@inline
function elementAt(i: usize): f32 {
  return form == F32 ? load<f32>(last + (i << 2)) : widen(<u32>load<u16>(last + (i << 1)));
}

/** The smallest element, if the scan found it; else Infinity. */
export function scanLeast(): f32 {
  if (before == -Infinity) return Infinity;
  let least = before;
  for (let i: usize = 0; i < LAST_STEP; i++) {
    const x = elementAt(i);
    if (x > -Infinity && x < least) least = x;
  }
  return least;
}

/** How many elements of the row are above −Infinity. */
export function countFinite(row: usize): i32 {
  if (before == -Infinity) return countAtLeast(row, -f32.MAX_VALUE);
  let count = paddedLength - <i32>LAST_STEP;
  for (let i: usize = 0; i < LAST_STEP; i++) count += <i32>(elementAt(i) > -Infinity);
  return count;
}
