// exp and log that decide tokens and logprobs: plain IEEE arithmetic in a fixed order, so every machine and both builds
// give the same bits. f64: the FreeBSD msun algorithms (e_exp.c, e_log.c), error < 1 ulp. f32: Cody–Waite reduction and
// a degree-6 polynomial, relative error < 2.6e-7 (math.test; 2.54e-7 at worst).

const LN2_HI: f64 = reinterpret<f64>(0x3fe62e42fee00000);
const LN2_LO: f64 = reinterpret<f64>(0x3dea39ef35793c76);
const INV_LN2: f64 = reinterpret<f64>(0x3ff71547652b82fe);

/** e^x for x ≤ 0; 0 below −745. */
export function expNonPositive(x: f64): f64 {
  if (x >= 0) return 1.0;
  if (x < -745.13321910194122) return 0.0;
  const k = nearest(x * INV_LN2);
  const hi = x - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1.0 - (lo - (r * c) / (2.0 - c) - hi);
  const n = <i32>k;
  if (n >= -1021) return y * reinterpret<f64>((<u64>(n + 1023)) << 52);
  return y * reinterpret<f64>((<u64>(n + 1077)) << 52) * reinterpret<f64>(0x3c90000000000000); // 2^-54
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

// f32 constants, shared by the scalar and the SIMD form.
export const EXP32_INV_LN2: f32 = reinterpret<f32>(0x3fb8aa3b);
export const EXP32_MAGIC: f32 = 12582912.0; // 1.5 · 2^23: adding it rounds to an integer
export const EXP32_LN2_HI: f32 = reinterpret<f32>(0x3f317200);
export const EXP32_LN2_LO: f32 = reinterpret<f32>(0x35bfbe8e);
export const EXP32_C2: f32 = 0.5;
export const EXP32_C3: f32 = reinterpret<f32>(0x3e2aaaab); // 1/6
export const EXP32_C4: f32 = reinterpret<f32>(0x3d2aaaab); // 1/24
export const EXP32_C5: f32 = reinterpret<f32>(0x3c088889); // 1/120
export const EXP32_C6: f32 = reinterpret<f32>(0x3ab60b61); // 1/720
export const EXP32_LOWEST: f32 = -86.0;

/** e^x in f32 for x ≤ 0; inputs below −86 count as −86 (weight < 5e-38). */
// @ts-ignore: decorator
@inline
export function exp32(value: f32): f32 {
  const x = value < EXP32_LOWEST ? EXP32_LOWEST : value;
  const shifted = x * EXP32_INV_LN2 + EXP32_MAGIC;
  const n = shifted - EXP32_MAGIC;
  const r = x - n * EXP32_LN2_HI - n * EXP32_LN2_LO;
  let p = EXP32_C6 * r + EXP32_C5;
  p = p * r + EXP32_C4;
  p = p * r + EXP32_C3;
  p = p * r + EXP32_C2;
  p = p * r + <f32>1.0;
  p = p * r + <f32>1.0;
  return reinterpret<f32>(reinterpret<u32>(p) + (reinterpret<u32>(shifted) << 23));
}

/** Four lanes of `exp32`, bit for bit. */
// @ts-ignore: decorator
@inline
export function exp32x4(value: v128): v128 {
  const magic = f32x4.splat(EXP32_MAGIC);
  const x = f32x4.pmax(value, f32x4.splat(EXP32_LOWEST));
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(EXP32_INV_LN2)), magic);
  const n = f32x4.sub(shifted, magic);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(EXP32_LN2_HI))), f32x4.mul(n, f32x4.splat(EXP32_LN2_LO)));
  let p = f32x4.add(f32x4.mul(f32x4.splat(EXP32_C6), r), f32x4.splat(EXP32_C5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(EXP32_C4));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(EXP32_C3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(EXP32_C2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}
