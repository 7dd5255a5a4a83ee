import { expect, test } from "vitest";
import { beginSparseRow, listedIn, sparseCapacity, writeSparseRow } from "./sparse.ts";

const row = { tokenIds: [3, 1], logits: [2, 0.5], restLogSumExp: -1 };

test("a row that was written lists what was given", () => {
  const target = new Float32Array(16);
  writeSparseRow(target, row);
  const { tokenIds, logits } = listedIn(target)!;
  expect([[...tokenIds], [...logits]]).toEqual([row.tokenIds, row.logits]);
});

test("a target expected to be at a multiple of 8 bytes", () => {
  const target = new Float32Array(new ArrayBuffer(128), 4, 16);
  expect(() => writeSparseRow(target, row)).toThrow('"target" expected row at a multiple of 8 bytes, got 4');
});

test.each([100, -1, 0x7fffffff])("of %d listed tokens those are seen that stand in the row's own memory", (count) => {
  const target = new Float32Array(new ArrayBuffer(256), 0, 16);
  beginSparseRow(target, 1);
  new Int32Array(target.buffer, 0, 2)[1] = count;
  const { tokenIds, logits } = listedIn(target)!;
  expect(tokenIds.length).toBe(sparseCapacity(target.byteLength));
  expect(logits.byteOffset + logits.byteLength).toBeLessThanOrEqual(target.byteLength);
});

test("a whole row lists nothing, nor does one that is too short for a sparse one", () => {
  expect(listedIn(new Float32Array(16))).toBeUndefined();
  expect(listedIn(new Float32Array(3))).toBeUndefined();
});
