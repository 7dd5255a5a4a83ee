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

it("gives the log-probabilities of named tokens, as many as it has room for", async () => {
  const asked = { temperature: 0, logprobTokenIds: [3, 0] };
  const processor = await createLogitsProcessor({
    vocabSize,
    rows: [asked, { temperature: 0 }],
    maxLogprobTokenIds: 2,
  });
  processor([[0n], [0n]], logits());
  const { logprob, rank, namedLogprobs } = processor.rows[0]!.tokens[0]!;
  expect([rank, namedLogprobs?.map(({ tokenId }) => tokenId)]).toEqual([1, [3, 0]]);
  for (const named of namedLogprobs!) expect(named.logprob).toBeCloseTo(logprob! - 1, 12);
  expect(processor.rows[1]!.tokens[0]).toEqual({ tokenId: 2 });
  const masked = await createLogitsProcessor({
    vocabSize,
    rows: [{ topK: 1, samplingMask: true }],
    maxSamplingMask: 1,
  });
  masked([[0n]], { dims: [1, vocabSize], data: Float32Array.of(0, 1, 0, 0) });
  expect(masked.rows[0]!.tokens).toEqual([{ tokenId: 1, samplingMask: [1], samplingLogprob: 0 }]);
  const one = createLogitsProcessor({ vocabSize, rows: [asked], maxLogprobTokenIds: 1 });
  await expect(one).rejects.toThrow('"logprobTokenIds" expected at most 1 ids (maxLogprobTokenIds), got an array of 2');
});
