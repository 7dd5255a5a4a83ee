// e^x in f64 that decides tokens and logprobs: plain IEEE arithmetic in a fixed order, so every machine and both builds give
// the same bits. The FreeBSD msun algorithm (e_exp.c), error < 1 ulp.
import { LN2_HI, LN2_LO } from "./constants";

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

/** Two lanes of `expNonPositive`, bit for bit. table: see expTable.ts. */
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

/** Fills the 13 vectors that `expNonPositivex2` reads, from 112 on. */
export function fillExp64(table: usize): void {
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
