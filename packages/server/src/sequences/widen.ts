/** Rows of 16 bits as f32; exact. */
import type { RowDtype } from "@tokenmill/core";

export function widen(row: Float32Array | Uint16Array, dtype: RowDtype): Float32Array {
  if (row instanceof Float32Array) return row;
  if (dtype === "bf16") return new Float32Array(Uint32Array.from(row, (bits) => bits << 16).buffer);
  return new Float32Array(Uint32Array.from(row, widenHalf).buffer);
}

/** IEEE 754 binary16 (1 sign, 5 exponent and 10 fraction bits) as the bits of a binary32, whose exponent is 112 more. */
function widenHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // a subnormal: its highest bit becomes the implied one
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff);
}
