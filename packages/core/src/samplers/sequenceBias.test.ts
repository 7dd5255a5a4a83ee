/** The case of HF transformers' `test_bias_dist_processor`, with ±50 for its ±100, and what its text leaves open. */
import { describe, expect, it } from "vitest";
import type { SequenceBiases } from "../kinds/tokenSequences.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Draw } from "../sampler/types.ts";
import { variants } from "../testing/createKernels.ts";

const zeros = new Float32Array(5);

describe.each(variants)("%s kernels", (variant) => {
  /** What was added to each of five logits, of which the last has no bias; −Infinity is out. */
  async function addedTo(sequenceBias: SequenceBiases, draw: Draw): Promise<number[]> {
    const sampler = await createSampler({ vocabSize: 6, variant });
    const { tokenIds, probs } = sampler.distribution([...zeros, 0], { sequenceBias }, draw);
    const logprobs = new Map(Array.from(tokenIds, (id, i) => [id, Math.log(probs[i]!)]));
    const at = (id: number): number => logprobs.get(id) ?? -Infinity;
    return Array.from(zeros, (_, id) => Math.round(1e6 * (at(id) - at(5))) / 1e6 || 0);
  }

  const ofTransformers: SequenceBiases = [
    [[1], 50],
    [[4], 50],
    [[1, 0], -50],
    [[0, 1, 2], -50],
    [[1, 3, 1, 3], -50],
    [[1, 3, 1, 3, 1, 3], -50],
  ];

  it.each([
    [
      [0, 1, 3, 1],
      [-50, 50, 0, -50, 50],
    ],
    [
      [0, 1, 0, 1],
      [-50, 50, -50, 0, 50],
    ],
  ])("after %j the biases are %j", async (history, expected) => {
    expect(await addedTo(ofTransformers, { history })).toEqual(expected);
  });

  it("biases of one token add up, the same sequence twice too, and -100 bans", async () => {
    const several: SequenceBiases = [
      [[2], 1],
      [[2, 2], 4],
      [[2, 2], 4],
      [[1, 2], 16],
      [[2, 2, 3], -100],
      [[3], 50],
    ];
    expect(await addedTo(several, { history: [2, 2] })).toEqual([0, 0, 9, -Infinity, 0]);
    expect(await addedTo(several, { history: [1] })).toEqual([0, 0, 17, 50, 0]);
  });

  it("sequences begin in the prompt, in the output or at the first token of all", async () => {
    const bias: SequenceBiases = [[[3, 1, 2], 7]];
    for (const promptLength of [0, 1, 2]) {
      expect(await addedTo(bias, { history: [3, 1], promptLength })).toEqual([0, 0, 7, 0, 0]);
    }
    expect(await addedTo(bias, { history: [1] })).toEqual([0, 0, 0, 0, 0]);
  });
});

it("names the entry that is wrong", async () => {
  const sampler = await createSampler({ vocabSize: 5 });
  const compile = (value: unknown) => () => sampler.compile({ sequenceBias: value as SequenceBiases });
  const expected = "expected [non-empty array of token id in [0, 4], number in [-100, 100], where -100 bans], got";
  for (const wrong of [[[5], 1], [[], 1], [1, 1], [[1], -100.5], [[1], -Infinity], [[1], "1"], [[1]], [[1], 1, 1], 3]) {
    expect(compile([[[1], 1], wrong])).toThrow(`"sequenceBias[1]" ${expected}`);
  }
  expect(compile(Array.from({ length: 1025 }, () => [[1], 1]))).toThrow("array of at most 1024 [ids, bias]");
  expect(compile({ 1: 1 })).toThrow(TypeError);
  expect(sampler.compile({ sequenceBias: [] }).stageNames).toEqual([]);
});

it("is seen when an id or a bias deep inside was changed", async () => {
  const sampler = await createSampler({ vocabSize: 5 });
  const ids = [1];
  const entry: [number[], number] = [ids, 50];
  const params = { temperature: 0, sequenceBias: [entry] };
  expect(sampler.sample(zeros, params).tokenId).toBe(1);
  ids[0] = 2;
  expect(sampler.sample(zeros, params).tokenId).toBe(2);
  entry[1] = -50;
  expect(sampler.sample(zeros, params).tokenId).toBe(0);
});
