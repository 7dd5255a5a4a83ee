/** Penalties that count less what occurred long ago, by numbers worked out by hand. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Draw } from "../sampler/types.ts";
import { variants } from "../testing/createKernels.ts";

describe.each(variants)("%s kernels", (variant) => {
  /** Logits after the params, of which the last is 0 and not in any history. */
  async function logitsAfter(logits: readonly number[], params: SamplingParams, draw: Draw): Promise<number[]> {
    const sampler = await createSampler({ vocabSize: logits.length + 1, variant });
    const { tokenIds, probs } = sampler.distribution([...logits, 0], params, draw);
    const logprobs = new Map(Array.from(tokenIds, (id, i) => [id, Math.log(probs[i]!)]));
    return logits.map((_, id) => Math.round(1e6 * (logprobs.get(id)! - logprobs.get(logits.length)!)) / 1e6 || 0);
  }

  const zeros = [0, 0, 0, 0];
  const twos = [2, 2, 2, 2];

  it.each<[string, readonly number[], SamplingParams, Draw, number[]]>([
    [
      "behind the last 1 presence loses a third with each token",
      zeros,
      { presencePenalty: 1.5, penaltyLastN: 1, penaltyDecayRange: 3 },
      { history: [3, 2, 1, 0] },
      [-1.5, -1, -0.5, 0],
    ],
    [
      "a negative presence penalty too",
      zeros,
      { presencePenalty: -1.5, penaltyLastN: 1, penaltyDecayRange: 3 },
      { history: [3, 2, 1, 0] },
      [1.5, 1, 0.5, 0],
    ],
    [
      "a range of 1 or 0 ends with the last 2 tokens",
      zeros,
      { presencePenalty: 1, penaltyLastN: 2, penaltyDecayRange: 1 },
      { history: [3, 2, 1, 0] },
      [-1, -1, 0, 0],
    ],
    [
      "behind none it begins at once",
      zeros,
      { presencePenalty: 1, penaltyLastN: 0, penaltyDecayRange: 2 },
      { history: [3, 2, 1, 0] },
      [-0.5, 0, 0, 0],
    ],
    [
      "weights of a token are added for frequency, the last occurrence decides for presence",
      zeros,
      { frequencyPenalty: 1, presencePenalty: 2, penaltyLastN: 1, penaltyDecayRange: 4 },
      { history: [1, 0, 1, 0] },
      [-3.5, -2.5, 0, 0],
    ],
    [
      "the last occurrence decides for repetition, which lies between the logit and the penalised one",
      [2, 2, -2, -2],
      { repetitionPenalty: 2, penaltyLastN: 1, penaltyDecayRange: 4 },
      { history: [0, 1, 2, 1, 0] },
      [1, 1.25, -3, -2],
    ],
    [
      "a slope of a half, of the older two of five",
      twos,
      { repetitionPenalty: 4, penaltySlope: 0.5 },
      { history: [0, 1, 2, 3, 1] },
      [0.8, 0.5, 0.5, 0.5],
    ],
    [
      "the older half of what the penalty sees: the last four, of which the prompt is out",
      twos,
      { repetitionPenalty: 4, penaltySlope: 0.5, penaltyLastN: 4, penaltyScope: "output" },
      { history: [0, 0, 0, 1, 2], promptLength: 3 },
      [2, 0.8, 0.5, 2],
    ],
    [
      "a slope leaves presence and frequency alone",
      zeros,
      { repetitionPenalty: 4, penaltySlope: 0.5, presencePenalty: 1, frequencyPenalty: 0.5 },
      { history: [0, 0, 1, 2] },
      [-2, -1.5, -1.5, 0],
    ],
  ])("%s", async (_, logits, params, draw, expected) => {
    expect(await logitsAfter(logits, params, draw)).toEqual(expected);
  });

  it("a mask that leaves one token leaves that one", async () => {
    const sampler = await createSampler({ vocabSize: 64, variant });
    const params = { frequencyPenalty: 2, penaltyLastN: 1, penaltyDecayRange: 4 };
    const tokenMask = Int32Array.of(1 << 9, 0);
    const draw = { history: [0, 1, 9, 0], tokenMask };
    expect([...sampler.distribution(new Float32Array(64), params, draw).tokenIds]).toEqual([9]);
  });

  it("with a weight of 1 for all and a range behind the history's start the bits are those of plain penalties", async () => {
    const sampler = await createSampler({ vocabSize: 5, variant });
    const params = { repetitionPenalty: 1.3, frequencyPenalty: 0.7, presencePenalty: 0.4, penaltyLastN: 2 ** 31 - 1 };
    const draw = { history: [1, 2, 1, 4, 1, 2], promptLength: 3 };
    const row = [0.3, 1.7, -2.9, 0, 3.1];
    const plain = sampler.distribution(row, params, draw);
    expect(sampler.distribution(row, { ...params, penaltyDecayRange: 2 ** 31 - 1 }, draw)).toEqual(plain);
  });
});

it("a slope is refused beside a range, and where there is no excess to take a part of", async () => {
  const sampler = await createSampler({ vocabSize: 5 });
  const compile = (params: SamplingParams) => () => sampler.compile(params);
  expect(compile({ repetitionPenalty: 2, penaltyLastN: 5, penaltySlope: 0.5, penaltyDecayRange: 3 })).toThrow(
    '"penaltySlope" expected 1 or nothing beside "penaltyDecayRange", got 0.5',
  );
  expect(compile({ repetitionPenalty: 0.9, penaltySlope: 0.5 })).toThrow(
    '"penaltySlope" expected 1 or nothing beside "repetitionPenalty" below 1, got 0.5',
  );
  expect(compile({ repetitionPenalty: 0.9, penaltySlope: 1, penaltyDecayRange: 3 })).not.toThrow();
  expect(compile({ penaltySlope: 0 })).toThrow('"penaltySlope" expected number in (0, 1], got 0');
});
