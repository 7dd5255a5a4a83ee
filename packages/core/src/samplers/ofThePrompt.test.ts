/** The cases of HF transformers' tests of its two processors that look at the prompt alone, and what they leave open. */
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
    const at = (id: number): number => logprobs.get(id) ?? -Infinity;
    return logits.map((_, id) => Math.round(1e6 * (at(id) - at(logits.length))) / 1e6 || 0);
  }

  const doubled: SamplingParams = { encoderRepetitionPenalty: 2 };

  it("encoderRepetitionPenalty multiplies positive logits of the prompt's tokens and divides others, once each", async () => {
    const tenths = (...others: number[]): number[] => [...others, ...new Array<number>(4).fill(0.1)];
    const first = await logitsAfter(tenths(-0.1, 0.1), doubled, { history: [0, 1], promptLength: 2 });
    expect(first).toEqual(tenths(-0.05, 0.2));
    const second = await logitsAfter([0.1, 0.4, 0.1], doubled, { history: [1, 0, 1, 1], promptLength: 4 });
    expect(second).toEqual([0.2, 0.8, 0.1]);
    // below 1 the prompt is weakened
    const third = await logitsAfter([1, -1], { encoderRepetitionPenalty: 0.5 }, { history: [0, 1], promptLength: 2 });
    expect(third).toEqual([0.5, -2]);
  });

  it("tokens of the output alone stay as they are, and those that are out stay out", async () => {
    const draw = { history: [1, 0, 2], promptLength: 1 };
    expect(await logitsAfter([1, 1, 1], doubled, draw)).toEqual([1, 2, 1]);
    expect(await logitsAfter([1, -Infinity, 1], doubled, draw)).toEqual([1, -Infinity, 1]);
    expect(await logitsAfter([1, 1, 1], doubled, { history: [0, 1, 2] })).toEqual([1, 1, 1]);
    // the scratch is left as it was found
    const both = { ...doubled, repetitionPenalty: 2 };
    expect(await logitsAfter([1, 1, 1], both, { history: [1, 1, 2], promptLength: 2 })).toEqual([1, 1, 0.5]);
  });

  it.each([
    [2, [1, 2, 1], [0, -Infinity, -Infinity]],
    [2, [0, 0, 2], [0, -Infinity, 0]],
    [3, [1, 2, 1], [0, -Infinity, 0]],
    [3, [0, 0, 2], [0, 0, 0]],
  ])(
    "encoderNoRepeatNgramSize %d after 1, 2, 1, 1 and %j leaves %j",
    async (encoderNoRepeatNgramSize, output, left) => {
      const draw = { history: [1, 2, 1, 1, ...output], promptLength: 4 };
      expect(await logitsAfter([0, 0, 0], { encoderNoRepeatNgramSize }, draw)).toEqual(left);
    },
  );

  it("1 bans the prompt's tokens, n-grams of the output or across the end of the prompt may come again", async () => {
    const at = (n: number, history: number[], promptLength: number): Promise<number[]> =>
      logitsAfter([0, 0, 0], { encoderNoRepeatNgramSize: n }, { history, promptLength });
    expect(await at(1, [1, 0], 1)).toEqual([0, -Infinity, 0]);
    expect(await at(2, [2, 2, 0, 1, 0], 2)).toEqual([0, 0, 0]);
    expect(await at(2, [1, 2, 0, 2], 2)).toEqual([0, 0, 0]);
    expect(await at(2, [1, 2, 0, 1], 2)).toEqual([0, 0, -Infinity]);
    expect(await at(3, [1], 1)).toEqual([0, 0, 0]);
  });
});
