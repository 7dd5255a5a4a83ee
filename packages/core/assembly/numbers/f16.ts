// From f16 to f32: sign and magnitude, moved up by 13 bits, are those of a float whose exponent is too small.

/** Rebases the exponent, subnormals included. */
export const F16_SCALE: f32 = reinterpret<f32>(0x77800000); // 2^112
/** Of an f16 that was extended with its sign and moved up by 13 bits: sign and magnitude. */
export const F16_BITS: u32 = 0x8fffe000;

/** Fills the two vectors from 320 on that widening reads. */
export function fillF16(table: usize): void {
  for (let lane: usize = 0; lane < 16; lane += 4) {
    store<u32>(table + lane, F16_BITS, 320);
    store<f32>(table + lane, F16_SCALE, 336);
  }
}
