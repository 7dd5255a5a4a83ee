// Constants of f64 that several functions share, to the bit.
export const LN2: f64 = reinterpret<f64>(0x3fe62e42fefa39ef);
/** ln 2 in two parts: the first has zeros at its end, so that products with small integers are exact. */
export const LN2_HI: f64 = reinterpret<f64>(0x3fe62e42fee00000);
export const LN2_LO: f64 = reinterpret<f64>(0x3dea39ef35793c76);
