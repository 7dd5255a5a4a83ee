// The smallest element of a row above −Infinity, as the scan finds it on the way.
import { widen } from "../blocks/widen";
import { largestLane } from "../numbers/vectors";

/** The element; Infinity while it is not known: another scan, or the row has changed, or has a −Infinity before its last step. */
export let scanLeast: f32 = Infinity;

export function forgetLeast(): void {
  scanLeast = Infinity;
}

/** The same of a row of 16 bits: `most` has the bits of the largest as unsigned of all steps but the last, which for negative
 *  floats is the smallest. Without one, or with −Infinity, nothing is known. */
export function keepNarrowLeast(most: u32, last: usize): void {
  let least = widen(most);
  if (most < 0x8000 || !(least > -Infinity)) return;
  for (let p = last; p < last + 512; p += 2) {
    const x = widen(<u32>load<u16>(p));
    if (x > -Infinity && x < least) least = x;
  }
  scanLeast = least;
}

/** Keeps the smallest of the lanes of `before`, of all steps but the last, and of the last step, f32[256], which has the
 *  padding. */
export function keepLeast(before: v128, last: usize): void {
  let least = -largestLane(f32x4.neg(before));
  if (least == -Infinity) return;
  for (let p = last; p < last + 1024; p += 4) {
    const x = load<f32>(p);
    if (x > -Infinity && x < least) least = x;
  }
  scanLeast = least;
}
