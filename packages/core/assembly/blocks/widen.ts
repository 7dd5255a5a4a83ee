// From 16-bit floats to f32, exactly, NaN and infinities included.
import { BLOCK_ELEMENTS, DTYPE_BF16 } from "../../src/layout";
import { expTable } from "../memory/workspace";
import { F16_BITS, F16_SCALE } from "../numbers/f16";

/** Whether the 16 bits are those of bf16; else of f16. */
export let isBf16: bool = false;

export function widenFrom(dtype: i32): void {
  isBf16 = dtype == DTYPE_BF16;
}

/** Forms of the elements that a pass reads, known when it is compiled. */
export const F32 = 0;
export const BF16 = 1;
export const F16 = 2;

/** Bytes of 16 elements. */
// @ts-ignore: decorator
@inline
export function bytesOf16(form: i32): usize {
  return form == F32 ? 64 : 32;
}

/** What `fourOf16` makes of −Infinity in f16. */
export const F16_INFINITY: f32 = 65536;

/** Elements 4·part … 4·part + 3 of the 16 at `p` as f32; `part` is known when it is compiled. Of f16, what is not finite
 *  becomes a number of magnitude F16_INFINITY or more: half of what widening costs is for it (see `widenF16x4`). */
// @ts-ignore: decorator
@inline
export function fourOf16(p: usize, part: i32, form: i32): v128 {
  if (form == F16) {
    if (part == 0) return finiteF16x4(v128.load_ext<i16>(p));
    if (part == 1) return finiteF16x4(v128.load_ext<i16>(p, 8));
    if (part == 2) return finiteF16x4(v128.load_ext<i16>(p, 16));
    return finiteF16x4(v128.load_ext<i16>(p, 24));
  }
  if (form == BF16) {
    if (part == 0) return i16x8.shuffle(i32x4.splat(0), v128.load(p), 0, 8, 1, 9, 2, 10, 3, 11);
    if (part == 1) return i16x8.shuffle(i32x4.splat(0), v128.load(p), 4, 12, 5, 13, 6, 14, 7, 15);
    if (part == 2) return i16x8.shuffle(i32x4.splat(0), v128.load(p, 16), 0, 8, 1, 9, 2, 10, 3, 11);
    return i16x8.shuffle(i32x4.splat(0), v128.load(p, 16), 4, 12, 5, 13, 6, 14, 7, 15);
  }
  if (part == 0) return v128.load(p);
  if (part == 1) return v128.load(p, 16);
  if (part == 2) return v128.load(p, 32);
  return v128.load(p, 48);
}

/** The four elements at `p`, as `fourOf16`. */
// @ts-ignore: decorator
@inline
export function fourAt(p: usize, form: i32): v128 {
  if (form == F16) return finiteF16x4(v128.load_ext<i16>(p));
  if (form == BF16) return i32x4.shl(v128.load_ext<u16>(p), 16);
  return v128.load(p);
}

/** from: u16[64]; to: f32[64], apart from it. */
// @ts-ignore: decorator
@inline
export function widenBlock(from: usize, to: usize): void {
  if (ASC_FEATURE_SIMD) {
    if (isBf16) widenBf16(from, to);
    else widenF16(from, to);
  } else {
    for (let i: usize = 0; i < <usize>BLOCK_ELEMENTS; i++) store<f32>(to + i * 4, widen(<u32>load<u16>(from + i * 2)));
  }
}

// @ts-ignore: decorator
@inline
function widenBf16(from: usize, to: usize): void {
  const zero = i32x4.splat(0);
  const end = from + BLOCK_ELEMENTS * 2;
  for (let p = from; p < end; p += 16) {
    const halves = v128.load(p);
    v128.store(to, i16x8.shuffle(zero, halves, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(to, i16x8.shuffle(zero, halves, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    to += 32;
  }
}

// Variables, so that the engine keeps them in registers instead of building them anew in every iteration.
export let f16Scale: f32 = F16_SCALE;
export let f16Bits: u32 = F16_BITS;
export let f16Exponent: u32 = 0x0f800000;
export let f32Exponent: u32 = 0x7f800000;

// @ts-ignore: decorator
@inline
function widenF16(from: usize, to: usize): void {
  const ab = i16x8.max_u(magnitudes(from), magnitudes(from + 16));
  const cd = i16x8.max_u(magnitudes(from + 32), magnitudes(from + 48));
  const ef = i16x8.max_u(magnitudes(from + 64), magnitudes(from + 80));
  const gh = i16x8.max_u(magnitudes(from + 96), magnitudes(from + 112));
  const largest = i16x8.max_u(i16x8.max_u(ab, cd), i16x8.max_u(ef, gh));
  if (v128.any_true(i16x8.ge_u(largest, i16x8.splat(<i16>0xf800)))) return widenAnyF16(from, to);
  const end = from + BLOCK_ELEMENTS * 2;
  for (let p = from; p < end; p += 32) {
    v128.store(to, fourOf16(p, 0, F16));
    v128.store(to, fourOf16(p, 1, F16), 16);
    v128.store(to, fourOf16(p, 2, F16), 32);
    v128.store(to, fourOf16(p, 3, F16), 48);
    to += 64;
  }
}

/** Without their signs, moved up by one bit. */
// @ts-ignore: decorator
@inline
function magnitudes(p: usize): v128 {
  return i16x8.shl(v128.load(p), 1);
}

/** The same where something is not finite. */
function widenAnyF16(from: usize, to: usize): void {
  const scale = f32x4.splat(f16Scale);
  const bits = i32x4.splat(f16Bits);
  const exponent = i32x4.splat(f16Exponent);
  const special = i32x4.splat(f32Exponent);
  const end = from + BLOCK_ELEMENTS * 2;
  for (let p = from; p < end; p += 8) {
    v128.store(to, widenF16x4(v128.load_ext<i16>(p), scale, bits, exponent, special));
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function finiteF16x4(halves: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shl(halves, 13), v128.load(expTable, 320)), v128.load(expTable, 336));
}

/** The same of one, which is finite. */
// @ts-ignore: decorator
@inline
export function finiteF16(half: i16): f32 {
  return reinterpret<f32>(((<i32>half) << 13) & f16Bits) * f16Scale;
}

/** Sign and magnitude move up by 13 bits; where the exponent is full, it is full afterwards too. */
// @ts-ignore: decorator
@inline
export function widenF16x4(halves: v128, scale: v128, bits: v128, exponent: v128, special: v128): v128 {
  const x = v128.and(i32x4.shl(halves, 13), bits);
  const isSpecial = i32x4.eq(v128.and(x, exponent), exponent);
  return v128.or(f32x4.mul(x, scale), v128.and(isSpecial, special));
}

export function widen(half: u32): f32 {
  if (isBf16) return reinterpret<f32>(half << 16);
  const magnitude = reinterpret<u32>(reinterpret<f32>((half & 0x7fff) << 13) * f16Scale);
  const isSpecial = (half & 0x7c00) == 0x7c00;
  return reinterpret<f32>(magnitude | (isSpecial ? f32Exponent : 0) | ((half & 0x8000) << 16));
}
