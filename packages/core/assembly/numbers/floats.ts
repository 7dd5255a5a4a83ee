// Neighbours among the f32 numbers.

/** The next float towards −Infinity. */
export function floatBelow(x: f32): f32 {
  if (x == 0) return -reinterpret<f32>(1);
  const bits = reinterpret<u32>(x);
  return reinterpret<f32>(x > 0 ? bits - 1 : bits + 1);
}

/** x as f32; what overflows stays finite, so that an edit neither bans nor breaks a token by accident. */
export function toFinite(x: f64): f32 {
  if (x > <f64>f32.MAX_VALUE) return f32.MAX_VALUE;
  if (x < -(<f64>f32.MAX_VALUE)) return -f32.MAX_VALUE;
  return <f32>x;
}

/** An f32 that is not above x, and the largest such unless x is below all. */
export function roundedDown(x: f64): f32 {
  if (x < -(<f64>f32.MAX_VALUE)) return -f32.MAX_VALUE;
  const nearest = <f32>x;
  return <f64>nearest <= x ? nearest : floatBelow(nearest);
}
