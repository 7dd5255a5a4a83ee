/** ln p of a logit x: (x − largest)·scale − ln Σ, in this order. The largest logit is gone before the logarithm comes, which
 *  would be lost beside it: 1e16 + ln 2 is 1e16. */
// @ts-ignore: decorator
@inline
export function logprobOf(x: f32, largest: f64, scale: f64, logMass: f64): f64 {
  return (<f64>x - largest) * scale - logMass;
}
