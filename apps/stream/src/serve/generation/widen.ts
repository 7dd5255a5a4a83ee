/** Rows of 16 bits as f32; exact. */
import type { RowDtype } from "@tokenmill/core";

export function widen(row: Float32Array | Uint16Array, dtype: RowDtype): Float32Array {
  if (row instanceof Float32Array) return row;
  if (dtype === "bf16") return new Float32Array(Uint32Array.from(row, (bits) => bits << 16).buffer);
  return Float32Array.from(row, halfToNumber);
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
