/** What needs no transformers.js: a processor is called as its `generate` calls it. */
import { expect, it } from "vitest";
import { createLogitsProcessor } from "./createLogitsProcessor.ts";

const vocabSize = 4;
const rows = [{ temperature: 0 }, { temperature: 0 }];
const logits = () => ({ dims: [2, vocabSize], data: Float32Array.of(0, 1, 0, 0, 0, 0, 1, 0) });

it("opens all of its rows or none: after a prompt that is refused it serves another call", async () => {
  const processor = await createLogitsProcessor({ vocabSize, rows });
  expect(() => processor([[0n], [9n]], logits())).toThrow("token id in [0, 4)");
  expect(processor.rows).toEqual([]);
  processor([[0n], [3n]], logits());
  expect(processor.rows.map(({ tokens }) => tokens)).toEqual([[{ tokenId: 1 }], [{ tokenId: 2 }]]);
});

it.each([
  [{ attentionMask: {} }, '"attentionMask" expected a tensor, got an object'],
  [{ attentionMask: { dims: [2], data: [1, 1] } }, '"attentionMask.dims" expected [rows, tokens], got an array of 1'],
  [
    { attentionMask: { dims: [2, 3], data: [1, 1] } },
    '"attentionMask.data" expected 6 elements (rows × tokens), got 2',
  ],
  [{ rows: [{ sequenceId: -1 }] }, '"rows[0].sequenceId" expected safe integer ≥ 0 or bigint in [0, 2^64), got -1'],
])("refuses %j", async (wrong, message) => {
  await expect(createLogitsProcessor({ vocabSize, rows, ...(wrong as object) })).rejects.toThrow(message);
});
