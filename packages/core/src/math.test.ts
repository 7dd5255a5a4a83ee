/** `assembly/numbers/`, the kernels of one number, against the JavaScript engine's functions. */
import { describe, expect, it } from "vitest";
import { variants } from "./testing/createKernels.ts";
import { createNumbers } from "./testing/numberProbe.ts";
import { seededRandom } from "./testing/random.ts";

/** What each should give, the relative error allowed, and the range in which that holds. */
const judged = [
  { name: "exp_f64", fn: Math.exp, tolerance: 4e-16, range: [-700, 0] },
  { name: "exp2_f32", fn: (x: number) => 2 ** x, tolerance: 5e-7, range: [-125, 0] },
  { name: "log_f64", fn: Math.log, tolerance: 4e-16, range: [5e-324, 1.7e308] },
] as const;

/** Values over the range: its ends, evenly, crowded towards 0, and on a logarithmic scale. */
function samplesOf([low, high]: readonly [number, number], count: number): number[] {
  const random = seededRandom(7);
  const samples = [low, high];
  for (let i = 0; i < count; i++) samples.push(low + (high - low) * random());
  for (let i = 0; i < count; i++) {
    if (low > 0) samples.push(Math.exp(Math.log(low) + (Math.log(high) - Math.log(low)) * random()));
    else samples.push(low * 1e-18 ** random());
  }
  return samples;
}

describe.each(variants)("numbers, %s build", (variant) => {
  it.each(judged)("$name is within $tolerance of its reference", async ({ name, fn, tolerance, range }) => {
    const { numbers } = await createNumbers(variant);
    const round: (x: number) => number = name.endsWith("f32") ? Math.fround : (x) => x;
    let worst = 0;
    let at = Number.NaN;
    for (const sample of samplesOf(range, 50_000)) {
      const x = round(sample);
      const expected = fn(x);
      const error = Math.abs(numbers[name](x) - expected) / (Math.abs(expected) || 1);
      if (error <= worst) continue;
      worst = error;
      at = x;
    }
    expect(worst, `relative error at ${at}`).toBeLessThan(tolerance);
  });

  it("log_f64 is exact at 1 and keeps its relative error next to it", async () => {
    const { numbers } = await createNumbers(variant);
    expect(numbers.log_f64(1)).toBe(0);
    for (let k = 1; k <= 52; k++) {
      for (const x of [1 + 2 ** -k, 1 - 2 ** -k]) {
        expect(Math.abs(numbers.log_f64(x) / Math.log(x) - 1), `at ${x}`).toBeLessThan(4e-16);
      }
    }
  });

  it("exp_f64 is 1 at 0 and above, 0 below -708: no subnormal", async () => {
    const { numbers } = await createNumbers(variant);
    expect(numbers.exp_f64(0)).toBe(1);
    expect(numbers.exp_f64(-0)).toBe(1);
    expect(numbers.exp_f64(3)).toBe(1);
    expect(numbers.exp_f64(-708)).toBeGreaterThan(2 ** -1022);
    for (const x of [-708.001, -746, -1e300, -Infinity]) expect(numbers.exp_f64(x), `at ${x}`).toBe(0);
  });

  it("exp2_f32 counts what lies below -125 as -125", async () => {
    const { numbers } = await createNumbers(variant);
    for (const x of [-125.001, -1000, -3e38, -Infinity]) expect(numbers.exp2_f32(x)).toBe(numbers.exp2_f32(-125));
  });
});

it("both builds compute the same bits", async () => {
  const scalar = await createNumbers("scalar");
  const simd = await createNumbers("simd");
  for (const { name, range } of judged) {
    for (const x of samplesOf(range, 5000))
      expect(simd.numbers[name](x), `${name}(${x})`).toBe(scalar.numbers[name](x));
  }
});
