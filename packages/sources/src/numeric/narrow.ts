/** Rounds f32 values to 16-bit rows, to nearest, ties to even. */
import type { RowDtype } from "@tokenmill/contracts";

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** Upper half of the f32. NaN is not expected. */
export function toBfloat16(value: number): number {
  f32[0] = value;
  const bits = u32[0]!;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** IEEE binary16; beyond 65,504 becomes infinite. NaN is not expected. */
export function toFloat16(value: number): number {
  f32[0] = value;
  const bits = u32[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: a multiple of 2^-24. Adding 2^-1 leaves that multiple, rounded, in the f32's last bits.
  f32[0] = Math.abs(value) + 0.5;
  return sign | (u32[0]! - 0x3f000000);
}

/** Writes f32 values as elements of `dtype` from `out`'s beginning; `out` begins at a multiple of the element size. */
export function writeRow(out: Uint8Array, values: Float32Array, dtype: RowDtype): void {
  if (dtype === "f32") {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return;
  }
  const narrow = dtype === "f16" ? toFloat16 : toBfloat16;
  const elements = new Uint16Array(out.buffer, out.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) elements[i] = narrow(values[i]!);
}
