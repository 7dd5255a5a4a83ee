// The smallest element of a row above −Infinity, as the scan finds it on the way.
import { largestLane } from "../numbers/vectors";

/** The element; Infinity while it is not known: another scan, or the row has changed, or has a −Infinity before its last step. */
export let scanLeast: f32 = Infinity;

export function forgetLeast(): void {
  scanLeast = Infinity;
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
