// A token mask on one block of 64 elements.

/** Fills f32[16][4]: to be added to 4 elements by their 4 bits, 0 or −Infinity each. */
export function fillMaskTable(table: usize): void {
  for (let bits = 0; bits < 16; bits++) {
    for (let lane = 0; lane < 4; lane++) {
      store<f32>(table + ((<usize>(4 * bits + lane)) << 2), (bits >> lane) & 1 ? 0 : -Infinity);
    }
  }
}

/** Copies a block, −Infinity where a bit is 0. Bit i: element i. `from` may be `to`. */
export function maskBlock(from: usize, to: usize, bits: u64, table: usize): void {
  if (ASC_FEATURE_SIMD) {
    for (let i: usize = 0; i < 256; i += 16) {
      v128.store(to + i, f32x4.add(v128.load(from + i), v128.load(table + ((<usize>bits & 15) << 4))));
      bits >>= 4;
    }
  } else {
    for (let i: usize = 0; i < 64; i++) store<f32>(to + i * 4, masked(from, bits, i));
  }
}

/** Largest element of a block whose bit is 1. */
export function maxOfMasked(from: usize, bits: u64, table: usize): f32 {
  if (ASC_FEATURE_SIMD) {
    let even = f32x4.splat(-Infinity);
    let odd = even;
    for (let i: usize = 0; i < 256; i += 64) {
      const a = f32x4.add(v128.load(from + i), v128.load(table + ((<usize>bits & 15) << 4)));
      const b = f32x4.add(v128.load(from + i, 16), v128.load(table + (<usize>bits & 0xf0)));
      const c = f32x4.add(v128.load(from + i, 32), v128.load(table + ((<usize>bits >> 4) & 0xf0)));
      const d = f32x4.add(v128.load(from + i, 48), v128.load(table + ((<usize>bits >> 8) & 0xf0)));
      even = f32x4.pmax(even, f32x4.pmax(a, b));
      odd = f32x4.pmax(odd, f32x4.pmax(c, d));
      bits >>= 16;
    }
    const four = f32x4.pmax(even, odd);
    const two = f32x4.pmax(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
    return max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
  } else {
    let largest: f32 = -Infinity;
    for (let i: usize = 0; i < 64; i++) {
      const x = masked(from, bits, i);
      if (x > largest) largest = x;
    }
    return largest;
  }
}

// @ts-ignore: decorator
@inline
function masked(from: usize, bits: u64, i: usize): f32 {
  return (bits >> i) & 1 ? load<f32>(from + i * 4) + 0.0 : -Infinity;
}
