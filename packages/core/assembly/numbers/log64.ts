// ln x in f64: the FreeBSD msun algorithm (e_log.c), error < 1 ulp; plain IEEE arithmetic, as in exp64.ts.
import { LN2_HI, LN2_LO } from "./constants";

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
