// Exponents of weights in f64, two at a time. What they are made of lies in memory: from variables, the engine would convert
// and spread it anew for every vector, in an instruction that waits for the vector before (V8 11.3), at three times the time.
import { scaleTable } from "../memory/workspace";

/** Before a loop over `exponents`. */
export function holdScale(largest: f32, beta: f64): void {
  store<f64>(scaleTable, <f64>largest);
  store<f64>(scaleTable, beta, 8);
}

/** (x − largest)·beta. */
// @ts-ignore: decorator
@inline
export function exponents(x: v128): v128 {
  return f64x2.mul(f64x2.sub(x, v128.load64_splat(scaleTable)), v128.load64_splat(scaleTable, 8));
}
