/**
 * Natural logarithm in f64 from additions, multiplications and divisions only, so that its bits are the same in every
 * JavaScript engine (`Math.log`'s last bit is the engine's business). Method: FreeBSD msun `e_log.c` (fdlibm), error
 * below 1 ulp. Needs a little-endian machine, as WebAssembly's own memory does.
 */

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
const c1 = 6.66666666666673513e-1;
const c2 = 3.999999999940941908e-1;
const c3 = 2.857142874366239149e-1;
const c4 = 2.222219843214978396e-1;
const c5 = 1.818357216161805012e-1;
const c6 = 1.531383769920937332e-1;
const c7 = 1.479819860511658591e-1;

const two54 = 18014398509481984;

const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);

/** ln(x). 0 → −Infinity, negative or NaN → NaN, Infinity → Infinity. */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let exponent = 0;
  if (x < 2.2250738585072014e-308) {
    x *= two54;
    exponent = -54;
  }
  f64[0] = x;
  let high = u32[1]!;
  exponent += (high >>> 20) - 1023;
  high &= 0xfffff;
  // Mantissas above sqrt(2) take the next exponent, so that the argument lies in [sqrt(2)/2, sqrt(2)).
  const carry = (high + 0x95f64) & 0x100000;
  u32[1] = high | (carry ^ 0x3ff00000);
  exponent += carry >>> 20;

  const f = f64[0] - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = w * (c2 + w * (c4 + w * c6)) + z * (c1 + w * (c3 + w * (c5 + w * c7)));
  const halfSquare = 0.5 * f * f;
  return exponent * ln2High - (halfSquare - (s * (halfSquare + r) + exponent * ln2Low) - f);
}
