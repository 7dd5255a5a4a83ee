import { beforeAll, describe, expect, it } from "vitest";
import { createNumbers, type NumberProbe } from "../testing/numberProbe.ts";
import { philox, uniformOf, wordsOf } from "./philox.ts";

let numbers: NumberProbe;
let memory: WebAssembly.Memory;
beforeAll(async () => {
  ({ numbers, memory } = await createNumbers("scalar"));
});

describe("philox", () => {
  // Random123 1.14, examples/kat_vectors, philox4x32 10
  it.each([
    [
      [0, 0, 0, 0, 0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [new Array<number>(6).fill(0xffffffff), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the known answer of Random123 for %j", (input, expected) => {
    const [c0, c1, c2, c3, k0, k1] = input as [number, number, number, number, number, number];
    expect([...philox(c0, c1, c2, c3, k0, k1)]).toEqual(expected);
  });

  it("gives the kernel's words and uniforms for 2,000 counters", () => {
    const out = new Uint32Array(memory.buffer, 1024, 4);
    for (let i = 0; i < 2000; i++) {
      const seed = BigInt(i) * 0x9e3779b97f4a7c15n;
      const sequenceId = BigInt(i) * 0xd1b54a32d192ed03n;
      const [k0, k1] = wordsOf(seed);
      const [c0, c1] = wordsOf(sequenceId);
      new Uint32Array(memory.buffer, 512, 6).set([c0, c1, i, 7 << 24, k0, k1]);
      numbers.philox4x32(512, 1024);
      expect([...philox(c0, c1, i, 7 << 24, k0, k1)]).toEqual([...out]);
      const uniform = uniformOf({ seed, sequenceId, position: i }, 7);
      expect(uniform).toBe(numbers.uniform_f64(out[0]!, out[1]!));
    }
  });
});
