// exp and log that decide tokens and logprobs: plain IEEE arithmetic in a fixed order, so every machine and both builds
// give the same bits. f64: the FreeBSD msun algorithms (e_exp.c, e_log.c), error < 1 ulp. f32: powers of 2 with a relative
// error < 5e-7.
const LN2_HI: f64 = reinterpret<f64>(0x3fe62e42fee00000);
const LN2_LO: f64 = reinterpret<f64>(0x3dea39ef35793c76);
const INV_LN2: f64 = reinterpret<f64>(0x3ff71547652b82fe);

const LOWEST_EXP: f64 = -708.0; // below it e^x counts as 0: no subnormal results
const ROUNDER: f64 = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to an integer in the low bits
const P1: f64 = 1.66666666666666019037e-1;
const P2: f64 = -2.77777777770155933842e-3;
const P3: f64 = 6.61375632143793436117e-5;
const P4: f64 = -1.6533902205465251539e-6;
const P5: f64 = 4.13813679705723846039e-8;

/** e^x for x ≤ 0; 0 below −708. */
export function expNonPositive(x: f64): f64 {
  return x >= 0 ? 1.0 : expModerate(x);
}

/** e^x for x ≤ 700; 0 below −708. */
export function expModerate(x: f64): f64 {
  if (x < LOWEST_EXP) return 0.0;
  const shifted = x * INV_LN2 + ROUNDER;
  const k = shifted - ROUNDER;
  const hi = x - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const y = 1.0 - (lo - (r * c) / (2.0 - c) - hi);
  return reinterpret<f64>(reinterpret<i64>(y) + (reinterpret<i64>(shifted) << 52));
}

/** Two lanes of `expNonPositive`, bit for bit. table: see `fillExpTable`. */
// @ts-ignore: decorator
@inline
export function expNonPositivex2(value: v128, table: usize): v128 {
  const lowest = v128.load(table, 112);
  const rounder = v128.load(table, 128);
  const x = f64x2.pmin(f64x2.pmax(value, lowest), v128.load(table, 144));
  const shifted = f64x2.add(f64x2.mul(x, v128.load(table, 160)), rounder);
  const k = f64x2.sub(shifted, rounder);
  const hi = f64x2.sub(x, f64x2.mul(k, v128.load(table, 176)));
  const lo = f64x2.mul(k, v128.load(table, 192));
  const r = f64x2.sub(hi, lo);
  const t = f64x2.mul(r, r);
  let p = f64x2.add(v128.load(table, 256), f64x2.mul(t, v128.load(table, 272)));
  p = f64x2.add(v128.load(table, 240), f64x2.mul(t, p));
  p = f64x2.add(v128.load(table, 224), f64x2.mul(t, p));
  p = f64x2.add(v128.load(table, 208), f64x2.mul(t, p));
  const c = f64x2.sub(r, f64x2.mul(t, p));
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(v128.load(table, 288), c));
  const y = f64x2.sub(v128.load(table, 304), f64x2.sub(f64x2.sub(lo, quotient), hi));
  const result = i64x2.add(y, i64x2.shl(shifted, 52));
  return v128.andnot(result, f64x2.lt(value, lowest));
}

/** ln x for positive finite x. */
export function logPositive(x: f64): f64 {
  const isSubnormal = x < reinterpret<f64>(0x0010000000000000);
  let bits = reinterpret<u64>(isSubnormal ? x * 18014398509481984.0 : x); // 2^54
  let high = <u32>(bits >> 32);
  high += 0x3ff00000 - 0x3fe6a09e;
  const k = <i32>(high >> 20) - 0x3ff - (isSubnormal ? 54 : 0);
  high = (high & 0x000fffff) + 0x3fe6a09e;
  bits = ((<u64>high) << 32) | (bits & 0xffffffff);
  const f = reinterpret<f64>(bits) - 1.0;
  const hfsq = 0.5 * f * f;
  const s = f / (2.0 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const t2 =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = t2 + t1;
  const dk = <f64>k;
  return s * (hfsq + r) + dk * LN2_LO - hfsq + f + dk * LN2_HI;
}

// 2^z in f32: z − n with n = round(z), then a polynomial of degree 5, minimax of the relative error on [−½, ½] with no error
// at 0. Divided by its first coefficient and with adapted coefficients (Knuth, The Art of Computer Programming 2, 4.6.4) it
// takes 8 operations where Horner's rule takes 10.
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

export const EXP_TABLE_BYTES = 320;

/** Fills the table of vectors that `scaledPowerx4` (7 × 16 bytes) and `expNonPositivex2` (13 × 16) read. The constants come
 *  from memory: built in code they would be built anew at every use, which costs more than the arithmetic (V8 11.3). */
export function fillExpTable(table: usize): void {
  for (let lane: usize = 0; lane < 16; lane += 4) {
    store<f32>(table + lane, MAGIC);
    store<f32>(table + lane, LOWEST_POWER, 16);
    store<f32>(table + lane, A0, 32);
    store<f32>(table + lane, A1, 48);
    store<f32>(table + lane, A2, 64);
    store<f32>(table + lane, A3, 80);
    store<f32>(table + lane, A4, 96);
  }
  for (let lane: usize = 0; lane < 16; lane += 8) {
    store<f64>(table + lane, LOWEST_EXP, 112);
    store<f64>(table + lane, ROUNDER, 128);
    store<f64>(table + lane, 0, 144);
    store<f64>(table + lane, INV_LN2, 160);
    store<f64>(table + lane, LN2_HI, 176);
    store<f64>(table + lane, LN2_LO, 192);
    store<f64>(table + lane, P1, 208);
    store<f64>(table + lane, P2, 224);
    store<f64>(table + lane, P3, 240);
    store<f64>(table + lane, P4, 256);
    store<f64>(table + lane, P5, 272);
    store<f64>(table + lane, 2, 288);
    store<f64>(table + lane, 1, 304);
  }
}

/** Four lanes of `scaledPower`, bit for bit. table: see `fillExpTable`. */
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
