/** The decay of TensorRT-LLM (`samplingTopPKernels.cu`, computeToppDecay): after each token p₀ if it resets, else max(p·decay, min). */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";
import { seededRandom } from "../testing/random.ts";
import { sparseOf } from "../testing/sparseOf.ts";

const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
const params: SamplingParams = { topP: 0.89, topPDecay: 0.5, topPMin: 0.3, topPResetTokenIds: [3, 1] };

describe.each(variants)("%s kernels", (variant) => {
  it.each([
    // prompt, output, tokens kept
    [[], [], 3],
    [[0, 0], [], 3],
    [[0], [0], 2],
    [[0], [0, 2], 1],
    [[0], [0, 2, 0, 0, 0, 0], 1],
    [[0], [0, 2, 1], 3],
    [[0], [0, 3, 2], 2],
    [[0], [3, 2, 2], 1],
    [[3], [0, 2], 1],
  ])("after %j and %j it keeps %d", async (prompt, output, kept) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const draw = { history: [...prompt, ...output], promptLength: prompt.length };
    expect(sampler.distribution(row, params, draw).tokenIds).toHaveLength(kept);
  });

  it("stops at the least share, 1e-6 unless said, and begins with all where no topP is given", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const kept = (given: SamplingParams, count: number): number =>
      sampler.distribution(row, given, { history: new Array<number>(count).fill(0) }).tokenIds.length;
    expect([0, 1, 2, 3].map((count) => kept({ topPDecay: 0.8 }, count))).toEqual([4, 3, 2, 2]);
    expect([0, 1, 2, 9].map((count) => kept({ topPDecay: 0.8, topPMin: 0.65 }, count))).toEqual([4, 3, 2, 2]);
    expect([0, 1].map((count) => kept({ topP: 0.5, topPDecay: 0.9, topPMin: 0.8 }, count))).toEqual([2, 3]);
    expect(kept({ topP: 0.9, topPDecay: 1e-9 }, 5)).toBe(1);
  });

  it("each draw is that of a topP of its own", async () => {
    const vocabSize = 5000;
    const sampler = await createSampler({ vocabSize, variant });
    const random = seededRandom(4);
    const wide = Float32Array.from({ length: vocabSize }, () => 6 * random());
    const resets = Array.from({ length: vocabSize / 8 }, (_, i) => 8 * i);
    const given: SamplingParams = { topP: 0.9, topPDecay: 0.7, topPMin: 0.2, topPResetTokenIds: resets, logprobs: 0 };
    const sequence = sampler.openSequence({ ...given, logprobsMode: "processed" }, { promptTokenIds: [1, 8] });
    let p = 0.9;
    const shares = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const { tokenId, logprob } = sequence.next(wide);
      const plain = sampler.distribution(wide, { topP: p });
      shares.add(p);
      expect(logprob).toBeCloseTo(Math.log(plain.probs[plain.tokenIds.indexOf(tokenId)]!), 6);
      p = tokenId % 8 === 0 ? 0.9 : Math.max(p * 0.7, 0.2);
    }
    expect(shares.size).toBeGreaterThan(4);
  });

  it("a sparse row that lists too little for the first token is enough for later ones", async () => {
    const sampler = await createSampler({ vocabSize: 64, variant });
    const sparse = sparseOf(Float32Array.of(...row, ...new Array<number>(60).fill(-Infinity)), 2);
    const at = (count: number) => () =>
      sampler.distribution(sparse, params, { history: new Array<number>(count).fill(0) }).tokenIds.length;
    expect(at(0)).toThrow(expect.objectContaining({ code: "row_too_sparse" }));
    expect(at(2)()).toBe(1);
    const unset = () => sampler.sample(sparse, { topPDecay: 0.5 }, { history: [] });
    expect(unset).toThrow(expect.objectContaining({ code: "row_too_sparse" }));
  });
});
