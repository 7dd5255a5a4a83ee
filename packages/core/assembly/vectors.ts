// Small vector expressions that several kernels share.
/** The sum of four, pairwise. */
// @ts-ignore: decorator
@inline
export function add4(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}
