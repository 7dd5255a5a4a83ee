/** `assembly/numbers/philox.ts`: the generator and the uniforms made of its words. */
import { describe, expect, it } from "vitest";
import { variants } from "./testing/createKernels.ts";
import { createNumbers } from "./testing/numberProbe.ts";
import { seededRandom } from "./testing/random.ts";

/** Random123 `tests/kat_vectors`, the lines "philox4x32 10": counter, key, output. */
const knownAnswers = [
  {
    inputs: "zeros",
    counter: [0, 0, 0, 0],
    key: [0, 0],
    output: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    inputs: "ones",
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    output: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    inputs: "digits of pi",
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    output: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

describe.each(variants)("philox4x32, %s build", (variant) => {
  it.each(knownAnswers)("gives Random123's answer for $inputs", async ({ counter, key, output }) => {
    const { numbers, memory } = await createNumbers(variant);
    new Uint32Array(memory.buffer, 96, 6).set([...counter, ...key]);
    numbers.philox4x32(96, 64);
    expect(Array.from(new Uint32Array(memory.buffer, 64, 4))).toEqual(output);
    expect(Array.from(new Uint32Array(memory.buffer, 48, 4))).toEqual([0, 0, 0, 0]);
    expect(Array.from(new Uint32Array(memory.buffer, 80, 4))).toEqual([0, 0, 0, 0]);
  });

  it("makes uniforms from 2^-53 to 1 - 2^-53, never 0 or 1", async () => {
    const { numbers } = await createNumbers(variant);
    expect(numbers.uniform_f64(0, 0)).toBe(2 ** -53);
    expect(numbers.uniform_f64(0, 0xfff)).toBe(2 ** -53);
    expect(numbers.uniform_f64(0, 0x1000)).toBe(3 * 2 ** -53);
    expect(numbers.uniform_f64(0x7fffffff, 0xffffffff)).toBe(0.5 - 2 ** -53);
    expect(numbers.uniform_f64(0x80000000, 0)).toBe(0.5 + 2 ** -53);
    expect(numbers.uniform_f64(0xffffffff, 0xffffffff)).toBe(1 - 2 ** -53);
  });

  it("puts every uniform in the centre of its cell of 2^-52", async () => {
    const { numbers } = await createNumbers(variant);
    const random = seededRandom(1);
    for (let i = 0; i < 1000; i++) {
      const high = Math.floor(random() * 2 ** 32);
      const low = Math.floor(random() * 2 ** 32);
      const cell = high * 2 ** 20 + Math.floor(low / 2 ** 12);
      expect(numbers.uniform_f64(high, low)).toBe(cell * 2 ** -52 + 2 ** -53);
    }
  });
});
