import { expect, it } from "vitest";
import { widen } from "./widen.ts";

/** IEEE 754 binary16 by its definition. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it("every pattern of binary16 is its value", () => {
  const row = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  expect(widen(row, "f16")).toEqual(Float32Array.from(row, valueOf));
});
