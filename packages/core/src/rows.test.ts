/** `assembly/entry/rows.ts`: kernels that write rows for sources. */
import { describe, expect, it } from "vitest";
import { createKernels, variants } from "./testing/createKernels.ts";
import { gaussianRow } from "./testing/random.ts";

const base = 1024;
const target = 32768;
const guard = 12345;

describe.each(variants)("%s build", (variant) => {
  it.each([0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 1283])(
    "add_scalar_f32 adds to %i elements and no more",
    async (count) => {
      const { kernels, memory } = await createKernels(variant);
      const row = gaussianRow(count, 3, count);
      new Float32Array(memory.buffer, base, count).set(row);
      const out = new Float32Array(memory.buffer, target - 16, count + 8).fill(guard);
      kernels.add_scalar_f32(target, base, count, 0.1);
      const expected = Array.from(row, (x) => Math.fround(x + Math.fround(0.1)));
      expect(Array.from(out)).toEqual([guard, guard, guard, guard, ...expected, guard, guard, guard, guard]);
      kernels.add_scalar_f32(base, base, count, 0.1);
      expect(Array.from(new Float32Array(memory.buffer, base, count))).toEqual(expected);
    },
  );

  it("scatter_add_f32 writes value + offset at each id, the last of equals, and nothing else", async () => {
    const { kernels, memory } = await createKernels(variant);
    const ids = [7, 0, 100, 7];
    const values = [1, 2, 3, 4];
    new Int32Array(memory.buffer, base, 4).set(ids);
    new Float32Array(memory.buffer, base + 64, 4).set(values);
    const out = new Float32Array(memory.buffer, target, 101).fill(guard);
    const expected = Array.from(out);
    ids.forEach((id, i) => {
      expected[id] = values[i]! + 0.5;
    });
    kernels.scatter_add_f32(target, base, base + 64, 4, 0.5);
    expect(Array.from(out)).toEqual(expected);
    kernels.scatter_add_f32(target, base, base + 64, 0, 9);
    expect(Array.from(out)).toEqual(expected);
  });
});
