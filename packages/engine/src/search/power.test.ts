import { expect, it } from "vitest";
import { power } from "./power.ts";

it("equals Math.pow within 1e-14 for lengths 1 … 300 and exponents −10 … 10", () => {
  for (let base = 1; base <= 300; base += 7) {
    for (let exponent = -10; exponent <= 10; exponent += 0.37) {
      expect(Math.abs(power(base, exponent) / base ** exponent - 1)).toBeLessThan(1e-14);
    }
  }
});

it("is exact for small whole exponents and square roots", () => {
  expect(power(7, 0)).toBe(1);
  expect(power(7, 1)).toBe(7);
  expect(power(7, 3)).toBe(343);
  expect(power(49, 0.5)).toBe(7);
  expect(power(2, -2)).toBe(0.25);
});
