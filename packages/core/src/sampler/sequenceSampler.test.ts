/** A sequence that keeps its own history, position and state draws what the same draws spelled out give. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { gaussianRow } from "../testing/random.ts";
import { createSampler } from "./sampler.ts";
import type { Sampler } from "./types.ts";

const vocabSize = 300;
const rowAt = (position: number): Float32Array => gaussianRow(vocabSize, 2.5, 100 + position);
const promptTokenIds = [5, 9, 5, 7];

/** Every draw with all that it follows from. */
function drawAll(sampler: Sampler, params: SamplingParams, sequenceId: number, count: number) {
  const plan = sampler.compile(params);
  const history = [...promptTokenIds];
  let state = plan.initialState;
  return Array.from({ length: count }, (_, position) => {
    const given = state && { state };
    const draw = { seed: 42, sequenceId, position, history, promptLength: promptTokenIds.length, ...given };
    const result = sampler.sample(rowAt(position), plan, draw);
    history.push(result.tokenId);
    state &&= Array.from(result.state);
    return result;
  });
}

describe.each<[name: string, params: SamplingParams]>([
  ["cuts", { temperature: 0.8, topK: 40, topP: 0.95, logprobs: 3 }],
  ["penalties, DRY and n-grams", { repetitionPenalty: 1.3, dryMultiplier: 0.8, noRepeatNgramSize: 2 }],
  ["mirostat's state", { mirostat: 2, mirostatTau: 3 }],
  ["adaptive-P's state", { adaptiveTarget: 0.3, logprobs: 0 }],
  ["minTokens", { minTokens: 10, stopTokenIds: [3, 4, 5] }],
])("%s", (_, params) => {
  it("next gives what sample gives, for 300 tokens", async () => {
    const sampler = await createSampler({ vocabSize });
    const expected = drawAll(sampler, params, 6, 300);
    const sequence = sampler.openSequence(params, { seed: 42, sequenceId: 6, promptTokenIds });
    expected.forEach((result, position) => expect(sequence.next(rowAt(position))).toEqual(result));
    expect(sequence.position).toBe(300);
    expect(Array.from(sequence.tokenIds)).toEqual([...promptTokenIds, ...expected.map(({ tokenId }) => tokenId)]);
  });

  it("interleaved sequences, with other draws between, do not touch each other", async () => {
    const sampler = await createSampler({ vocabSize });
    const ids = [0, 1, 2];
    const expected = ids.map((sequenceId) => drawAll(sampler, params, sequenceId, 30));
    const sequences = ids.map((sequenceId) => sampler.openSequence(params, { seed: 42, sequenceId, promptTokenIds }));
    for (let position = 0; position < 30; position++) {
      for (const i of position % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
        expect(sequences[i]!.next(rowAt(position))).toEqual(expected[i]![position]);
        sampler.sample(rowAt(0), { topK: 2 }, { history: new Int32Array(position).fill(299) });
      }
    }
  });

  it("goes on elsewhere from its tokens and its state", async () => {
    const sampler = await createSampler({ vocabSize });
    const expected = drawAll(sampler, params, 0, 20);
    const first = sampler.openSequence(params, { seed: 42, promptTokenIds });
    for (let position = 0; position < 12; position++) first.next(rowAt(position));
    const outputTokenIds = first.tokenIds.slice(promptTokenIds.length);
    const { state } = first;
    const later = (await createSampler({ vocabSize })).openSequence(params, {
      seed: first.seed,
      promptTokenIds,
      outputTokenIds,
      ...(state && { state }),
    });
    for (let position = 12; position < 20; position++) expect(later.next(rowAt(position))).toEqual(expected[position]);
  });
});

it("a row that cannot be sampled leaves the sequence as it was", async () => {
  const sampler = await createSampler({ vocabSize });
  const params = { mirostat: 2, repetitionPenalty: 1.2 } as const;
  const [first, second] = drawAll(sampler, params, 0, 2);
  const sequence = sampler.openSequence(params, { seed: 42, promptTokenIds });
  expect(sequence.next(rowAt(0))).toEqual(first);
  expect(() => sequence.next(rowAt(1).fill(Number.NaN, 7))).toThrow("NaN at index 7");
  expect(() => sequence.next(rowAt(1).slice(1))).toThrow('"logits" expected 300 elements');
  expect(sequence.position).toBe(1);
  expect(sequence.next(rowAt(1))).toEqual(second);
});

it("a token that was not drawn is the next of the output", async () => {
  const sampler = await createSampler({ vocabSize });
  const sequence = sampler.openSequence({ repetitionPenalty: 2, seed: 3 }, { promptTokenIds });
  sequence.append(200);
  const draw = { seed: 3, position: 1, history: [...promptTokenIds, 200], promptLength: 4 };
  expect(sequence.next(rowAt(1))).toEqual(sampler.sample(rowAt(1), { repetitionPenalty: 2 }, draw));
  expect(() => sequence.append(300)).toThrow('"tokenId" expected integer in [0, 299], got 300');
});

it("masks hold, and rows may stand in the sampler's own memory", async () => {
  const sampler = await createSampler({ vocabSize });
  const sequence = sampler.openSequence({});
  const tokenMask = new Int32Array(10);
  tokenMask[3] = 1 << 5;
  sampler.row.set(rowAt(0));
  expect(sequence.next(undefined, tokenMask).tokenId).toBe(101);
  expect(() => sequence.next(undefined, new Int32Array(9))).toThrow('"tokenMask" expected 10 elements');
});

it("a seed of -1 is drawn once, and the draws can be repeated with it", async () => {
  const sampler = await createSampler({ vocabSize });
  const one = sampler.openSequence({ seed: -1 });
  const again = sampler.openSequence({}, { seed: one.seed });
  const other = sampler.openSequence({ seed: -1 });
  expect(other.seed).not.toBe(one.seed);
  for (let position = 0; position < 5; position++) {
    expect(again.next(rowAt(position))).toEqual(one.next(rowAt(position)));
  }
});

it("takes maxHistory tokens and not one more", async () => {
  const sampler = await createSampler({ vocabSize, maxHistory: 6 });
  const sequence = sampler.openSequence({}, { promptTokenIds });
  sequence.next(rowAt(0));
  sequence.next(rowAt(1));
  const full = `"history" expected at most 6 ids (the sampler's maxHistory), got 7`;
  expect(() => sequence.next(rowAt(2))).toThrow(full);
  expect(() => sequence.append(1)).toThrow(full);
  expect(() => sampler.openSequence({}, { promptTokenIds: [1, 2, 3, 4, 5, 6, 7] })).toThrow(
    `"promptTokenIds" expected at most 6 ids`,
  );
});
