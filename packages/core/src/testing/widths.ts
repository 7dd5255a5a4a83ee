/** 16-bit rows for tests: narrowing by truncation, widening exactly. */
import type { RowDtype } from "@tokenmill/contracts";

const word = new DataView(new ArrayBuffer(4));

/** The f32 that a 16-bit pattern stands for. */
export function widen(bits: number, dtype: "f16" | "bf16"): number {
  if (dtype === "bf16") {
    word.setUint32(0, bits << 16);
    return word.getFloat32(0);
  }
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The pattern of a value near `x`, towards zero; what overflows becomes the largest finite value. */
function narrow(x: number, dtype: "f16" | "bf16"): number {
  word.setFloat32(0, x);
  const bits = word.getUint32(0);
  if (dtype === "bf16") return bits >>> 16;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(x);
  if (magnitude === Infinity) return sign | 0x7c00;
  if (magnitude >= 65536) return sign | 0x7bff;
  if (magnitude < 2 ** -14) return sign | Math.floor(magnitude * 2 ** 24);
  return sign | ((((bits >>> 23) & 255) - 112) << 10) | ((bits >>> 13) & 0x3ff);
}

/** The row as `sample` takes it in that dtype, and the f32 values that it stands for. */
export function rowIn(
  dtype: RowDtype,
  logits: Float32Array,
): { row: Float32Array | Uint16Array; values: Float32Array } {
  if (dtype === "f32") return { row: logits, values: logits };
  const row = Uint16Array.from(logits, (x) => narrow(x, dtype));
  return { row, values: Float32Array.from(row, (bits) => widen(bits, dtype)) };
}
