// A key packs a logit, mapped so that unsigned order is float order, above the complemented token id: descending keys are
// descending logits, ties by lowest id.

// @ts-ignore: decorator
@inline
export function orderedBits(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0.0); // −0 counts as 0
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Four lanes of it. */
// @ts-ignore: decorator
@inline
export function orderedBitsx4(x: v128): v128 {
  const bits = f32x4.add(x, f32x4.splat(0)); // −0 counts as 0
  return v128.xor(bits, v128.or(i32x4.shr_s(bits, 31), i32x4.splat(0x80000000)));
}

// @ts-ignore: decorator
@inline
export function floatOfOrdered(ordered: u32): f32 {
  return reinterpret<f32>(ordered & 0x80000000 ? ordered ^ 0x80000000 : ~ordered);
}

// @ts-ignore: decorator
@inline
export function keyOf(x: f32, tokenId: i32): u64 {
  return ((<u64>orderedBits(x)) << 32) | <u64>~(<u32>tokenId);
}

// @ts-ignore: decorator
@inline
export function keyLogit(key: u64): f32 {
  return floatOfOrdered(<u32>(key >> 32));
}

// @ts-ignore: decorator
@inline
export function keyTokenId(key: u64): i32 {
  return ~(<i32>key);
}
