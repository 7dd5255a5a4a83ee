// 2^z in f32: z − n with n = round(z), then a polynomial of degree 5, minimax of the relative error on [−½, ½] with no error
// at 0, relative error < 5e-7. Divided by its first coefficient and with adapted coefficients (Knuth, The Art of Computer
// Programming 2, 4.6.4) it takes 8 operations where Horner's rule takes 10. Plain IEEE arithmetic, as in exp64.ts.

const MAGIC: f32 = 12583039.0; // 1.5 · 2^23 + 127: adding it rounds to an integer, in the low bits plus the exponent's bias
const A0: f32 = reinterpret<f32>(0x3f1ab66b);
const A1: f32 = reinterpret<f32>(0x41defb7b);
const A2: f32 = reinterpret<f32>(0x43abde8e);
const A3: f32 = reinterpret<f32>(0x409bf63f);
const A4: f32 = reinterpret<f32>(0xc472ecc3);
const LOWEST_POWER: f32 = -125.0;
/** What `scaledPower` gives for 2^0. */
export const POWER_SCALE: f64 = <f64>reinterpret<f32>(0x443c788b);

/** 2^z·POWER_SCALE for z ≤ 0; inputs below −125 count as −125 (2^z < 3e-38), NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function scaledPower(value: f32): f32 {
  const z = value < LOWEST_POWER ? LOWEST_POWER : value;
  const shifted = z + MAGIC;
  const f = z - (shifted - MAGIC);
  const t = f + A0;
  const y = t * t;
  const p = ((y + A1) * y + A2) * (f + A3) + A4;
  return p * reinterpret<f32>(reinterpret<u32>(shifted) << 23);
}

/** Whether x weighs no more than −Infinity does, relative to `largest`. */
// @ts-ignore: decorator
@inline
export function weighsNothing(x: f32, largest: f32, scale: f32): bool {
  return (x - largest) * scale <= 2 * LOWEST_POWER;
}

/** Four lanes of `scaledPower`, bit for bit. table: see expTable.ts. */
// @ts-ignore: decorator
@inline
export function scaledPowerx4(value: v128, table: usize): v128 {
  return scaledPowerInRangex4(f32x4.pmax(value, v128.load(table, 16)), table);
}

/** The same for −125 ≤ z ≤ 0. */
// @ts-ignore: decorator
@inline
export function scaledPowerInRangex4(z: v128, table: usize): v128 {
  const magic4 = v128.load(table);
  const shifted = f32x4.add(z, magic4);
  const f = f32x4.sub(z, f32x4.sub(shifted, magic4));
  const t = f32x4.add(f, v128.load(table, 32));
  const y = f32x4.mul(t, t);
  const quartic = f32x4.add(f32x4.mul(f32x4.add(y, v128.load(table, 48)), y), v128.load(table, 64));
  const p = f32x4.add(f32x4.mul(quartic, f32x4.add(f, v128.load(table, 80))), v128.load(table, 96));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** Fills the 7 vectors that `scaledPowerx4` reads. */
export function fillPower32(table: usize): void {
  for (let lane: usize = 0; lane < 16; lane += 4) {
    store<f32>(table + lane, MAGIC);
    store<f32>(table + lane, LOWEST_POWER, 16);
    store<f32>(table + lane, A0, 32);
    store<f32>(table + lane, A1, 48);
    store<f32>(table + lane, A2, 64);
    store<f32>(table + lane, A3, 80);
    store<f32>(table + lane, A4, 96);
  }
}
