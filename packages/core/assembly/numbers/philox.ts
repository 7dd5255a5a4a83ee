// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Counter-based: a
// draw is a pure function of (seed; sequence id, position, domain, attempt). Known answers of Random123 in philox.test.

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
/** Words of the last block, per instance. */
export let philox0: u32 = 0;
export let philox1: u32 = 0;
export let philox2: u32 = 0;
export let philox3: u32 = 0;

let keyLow: u32 = 0;
let keyHigh: u32 = 0;

/** The key of the blocks from now on. */
export function usePhiloxKey(low: u32, high: u32): void {
  keyLow = low;
  keyHigh = high;
}

/** Computes the block of a counter: four words into `philox0…3`. */
export function philoxBlock(c0: u32, c1: u32, c2: u32, c3: u32): void {
  let k0 = keyLow;
  let k1 = keyHigh;
  for (let round = 0; round < 10; round++) {
    const p0 = MULTIPLIER_0 * <u64>c0;
    const p1 = MULTIPLIER_1 * <u64>c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  philox0 = c0;
  philox1 = c1;
  philox2 = c2;
  philox3 = c3;
}

/** A uniform of 53 bits strictly inside (0, 1): the centre of one of 2^52 equal cells. */
// @ts-ignore: decorator
@inline
export function uniform(high: u32, low: u32): f64 {
  return (<f64>(((<u64>high) << 20) | (low >> 12)) + 0.5) * reinterpret<f64>(0x3cb0000000000000);
}

export const PHILOX_TABLE_BYTES = 352;

/** Fills the 22 vectors that `philoxBlockx4` reads for counters (c0, c1, any, c3): what of the first two rounds is the same for all
 *  of them, the keys of the others, and the multipliers. Spread anew in every round, keys would cost a third more. */
export function fillPhiloxTable(c0: u32, c1: u32, c3: u32, table: usize): void {
  const p = MULTIPLIER_0 * <u64>c0;
  const q = MULTIPLIER_1 * <u64>(<u32>(p >> 32) ^ c3 ^ keyHigh);
  v128.store(table, i32x4.splat(c1 ^ keyLow));
  v128.store(table, i32x4.splat(<u32>(q >> 32) ^ (keyLow + WEYL_0)), 16);
  v128.store(table, i32x4.splat(<u32>q), 32);
  v128.store(table, i32x4.splat(<u32>p ^ (keyHigh + WEYL_1)), 48);
  for (let round = 2; round < 10; round++) {
    const key = table + ((<usize>round) << 5);
    v128.store(key, i32x4.splat(keyLow + <u32>round * WEYL_0));
    v128.store(key, i32x4.splat(keyHigh + <u32>round * WEYL_1), 16);
  }
  v128.store(table, i32x4.splat(<u32>MULTIPLIER_0), 320);
  v128.store(table, i32x4.splat(<u32>MULTIPLIER_1), 336);
}

/** Four blocks at a time, of the counters with these third words. out: u32[4][4], word by word of the four. */
export function philoxBlockx4(thirds: v128, table: usize, out: usize): void {
  let q01 = i64x2.extmul_low_i32x4_u(thirds, v128.load(table, 336));
  let q23 = i64x2.extmul_high_i32x4_u(thirds, v128.load(table, 336));
  let c1 = i32x4.shuffle(q01, q23, 0, 2, 4, 6);
  let c0 = v128.xor(i32x4.shuffle(q01, q23, 1, 3, 5, 7), v128.load(table));
  let p01 = i64x2.extmul_low_i32x4_u(c0, v128.load(table, 320));
  let p23 = i64x2.extmul_high_i32x4_u(c0, v128.load(table, 320));
  c0 = v128.xor(c1, v128.load(table, 16));
  c1 = v128.load(table, 32);
  let c2 = v128.xor(i32x4.shuffle(p01, p23, 1, 3, 5, 7), v128.load(table, 48));
  let c3 = i32x4.shuffle(p01, p23, 0, 2, 4, 6);
  for (let key = table + 64; key < table + 320; key += 32) {
    const multiplier0 = v128.load(table, 320);
    const multiplier1 = v128.load(table, 336);
    p01 = i64x2.extmul_low_i32x4_u(c0, multiplier0);
    p23 = i64x2.extmul_high_i32x4_u(c0, multiplier0);
    q01 = i64x2.extmul_low_i32x4_u(c2, multiplier1);
    q23 = i64x2.extmul_high_i32x4_u(c2, multiplier1);
    c0 = v128.xor(v128.xor(i32x4.shuffle(q01, q23, 1, 3, 5, 7), c1), v128.load(key));
    c1 = i32x4.shuffle(q01, q23, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(i32x4.shuffle(p01, p23, 1, 3, 5, 7), c3), v128.load(key, 16));
    c3 = i32x4.shuffle(p01, p23, 0, 2, 4, 6);
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}
