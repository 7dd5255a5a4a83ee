import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBfloat16, toFloat16 } from "./narrow.ts";

describe("toFloat16", () => {
  // NumPy 2.4.6: x.astype("f2").view("u2") of the f32 array x.
  it("gives NumPy's bits", () => {
    const x = [
      1,
      0.1,
      65504,
      65519.99,
      65520,
      2 ** -24,
      2 ** -25,
      1.5 * 2 ** -25,
      6.1e-5,
      5.96e-8,
      2047.5,
      2048.5,
      2049.5,
      -3.14159,
      0.00006103515625,
    ];
    expect(x.map(toFloat16)).toEqual([
      15360, 11878, 31743, 31743, 31744, 1, 0, 1, 1023, 1, 26624, 26624, 26625, 49736, 1024,
    ]);
    expect([-0, Number.NEGATIVE_INFINITY].map(toFloat16)).toEqual([0x8000, 0xfc00]);
  });

  it("gives back every finite f16", () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const exponent = bits >>> 10;
      const value = exponent === 0 ? bits * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
      expect(toFloat16(value)).toBe(bits);
      expect(toFloat16(-value)).toBe(bits | 0x8000);
    }
  });
});

describe("toBfloat16", () => {
  it("is the nearest of the two around it, even on ties", () => {
    const valueOf = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: Math.fround(-3e38), max: Math.fround(3e38) }), (value) => {
        const bits = toBfloat16(value);
        const error = Math.abs(valueOf(bits) - value);
        const others = [bits - 1, bits + 1].map((other) => Math.abs(valueOf(other) - value));
        return others.every((other) => Number.isNaN(other) || error < other || (error === other && bits % 2 === 0));
      }),
      { numRuns: 2000 },
    );
    expect([-0, Number.NEGATIVE_INFINITY, 1].map(toBfloat16)).toEqual([0x8000, 0xff80, 0x3f80]);
  });
});
