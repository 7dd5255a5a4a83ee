/** One small case for each rule of the ranked cuts and the edits, so that a rule cannot be turned without a test to fail. */
import { describe, expect, it } from "vitest";
import { DOMAIN_XTC } from "../layout.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { philox } from "../random/philox.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Draw } from "../sampler/types.ts";
import { variants } from "../testing/createKernels.ts";

const equal = (count: number): number[] => new Array<number>(count).fill(1);
const down5 = [0.35, 0.3, 0.2, 0.1, 0.05];
/** Once 0, twice 1, three times 2. */
const history = [0, 1, 2, 1, 2, 2];

describe.each(variants)("%s kernels", (variant) => {
  const distributionOf = async (
    weights: number[],
    params: SamplingParams,
    draw?: Draw,
  ): Promise<Map<number, number>> => {
    const sampler = await createSampler({ vocabSize: weights.length, variant });
    const { tokenIds, probs } = sampler.distribution(weights.map(Math.log), params, draw);
    return new Map(Array.from(tokenIds, (id, i) => [id, probs[i]!]));
  };
  const keptOf = async (weights: number[], params: SamplingParams, draw?: Draw): Promise<number[]> =>
    [...(await distributionOf(weights, params, draw)).keys()].sort((a, b) => a - b);

  it.each<[string, number[], SamplingParams, number[]]>([
    [
      "typical: its mass reaches p, from the side of the entropy that is more probable",
      equal(4),
      { typicalP: 0.5 },
      [2, 3],
    ],
    ["typical: one of equals", [4, 2, 2, 2], { typicalP: 0.15 }, [1]],
    ["typical of hf: all equals of the less probable side", [4, 2, 2, 2], { typicalP: 0.15, profile: "hf" }, [1, 2, 3]],
    ["typical of hf: all equals of the more probable side", equal(4), { typicalP: 0.5, profile: "hf" }, [0, 1, 2, 3]],
    // second differences 0.05, 0, 0.05: of their sum 0.5, 0.5, 1
    ["tail-free: what stands before the sum passes z", down5, { tailFree: 0.6 }, [0, 1]],
    ["tail-free: one token at least", down5, { tailFree: 0.1 }, [0]],
    // second differences 0, 0.9, 0.9, 0
    ["tail-free: a sum of just z does not cut yet", [1, 1, 1, 0.1, 0.1, 0.1], { tailFree: 0.5 }, [0, 1]],
    ["tail-free: the sums go up to 1", [1, 1, 1, 0.1, 0.1, 0.1], { tailFree: 0.99 }, [0, 1]],
    ["tail-free: all of two", [9, 1], { tailFree: 0.1 }, [0, 1]],
    ["XTC: tokens at the threshold count, the last stays", equal(4), { xtcProbability: 1, xtcThreshold: 0.25 }, [3]],
    ["XTC: one token above the threshold stays", [6, 2, 2], { xtcProbability: 1, xtcThreshold: 0.5 }, [0, 1, 2]],
    ["top-h: entropy at the limit: ln 2 is half of ln 4", equal(4), { topH: 0.5 }, [0, 1]],
    ["top-h: the largest alone", equal(8), { topH: 0.01 }, [0]],
    ["top-h of hf: the largest even if its term is too much", equal(8), { topH: 0.01, profile: "hf" }, [0]],
    // 1.0586 nats: the terms of three are 1.0505, the entropy of three 1.0734
    ["top-h: the entropy of what is kept", down5, { topH: 0.74 }, [0, 1]],
    ["top-h of hf: the sum of terms", down5, { topH: 0.74, profile: "hf" }, [0, 1, 2]],
    // terms of ln 100 / 100 each
    [
      "top-h of hf: 99.9 % of 100 equal terms",
      equal(150),
      { topH: 0.9995, profile: "hf" },
      Array.from(equal(99).keys()),
    ],
    ["top-p of mlx: all equals", equal(4), { topP: 0.5, profile: "mlx" }, [0, 1, 2, 3]],
    ["top-p of sglang: past p", equal(4), { topP: 0.5, profile: "sglang" }, [0, 1, 2]],
  ])("%s", async (_, weights, params, kept) => {
    expect(await keptOf(weights, params)).toEqual(kept);
  });

  it.each<[string, SamplingParams, number[]]>([
    ["hf: begun in the prompt", { profile: "hf" }, [0, 1]],
    ["tokenmill: begun in the prompt", {}, [0, 1]],
    ["llama.cpp: begun in the prompt", { profile: "llama.cpp", minP: 0 }, [0, 1]],
    // vllm v1/sample/ops/bad_words.py looks at the output's ids
    ["vllm: begun in the output only", { profile: "vllm" }, [0, 1, 2]],
  ])("bad words of %s", async (_, params, kept) => {
    const words = {
      badWords: [
        [1, 2],
        [2, 1, 3],
      ],
    };
    // prompt 2, 1: [1, 2] begins in it; output none, then 1, so that [2, 1, 3] would begin in it
    expect(await keptOf(equal(4), { ...params, ...words }, { history: [2, 1], promptLength: 2 })).toEqual(
      params.profile === "vllm" ? [0, 1, 2, 3] : kept,
    );
    expect(await keptOf(equal(4), { ...params, ...words }, { history: [0, 1], promptLength: 1 })).toEqual([0, 1, 3]);
    expect(await keptOf(equal(4), { ...params, badWords: [2] }, { history: [0], promptLength: 1 })).toEqual([0, 1, 3]);
  });

  it.each<[string, SamplingParams, boolean]>([
    // transformers 5 and vllm 0.33: prompt and output; sglang penaltylib/repetition_penalty.py: output only
    ["hf", { profile: "hf" }, true],
    ["tokenmill", {}, true],
    ["vllm", { profile: "vllm" }, true],
    ["llama.cpp", { profile: "llama.cpp" }, true],
    ["mlx", { profile: "mlx" }, true],
    ["koboldcpp", { profile: "koboldcpp" }, true],
    ["textgen", { profile: "textgen" }, true],
    ["sglang", { profile: "sglang" }, false],
  ])("repetition penalty of %s and a token of the prompt", async (_, params, isWeakened) => {
    const all = { topK: 0, topP: 1, minP: 0, temperature: 1 };
    const probs = await distributionOf(
      [1, 1],
      { ...all, ...params, repetitionPenalty: 2, logitBias: { 0: 1, 1: 1 } },
      {
        history: [0],
        promptLength: 1,
      },
    );
    expect(probs.get(0)! < probs.get(1)!).toBe(isWeakened);
  });

  it.each<[string, number]>([
    ["textgen", 1024],
    ["koboldcpp", 320],
  ])("penalties and DRY of %s look at the last %i tokens", async (profile, lastN) => {
    const params = { profile, topK: 0, topP: 1, temperature: 1 } as SamplingParams;
    const filler = new Array<number>(lastN - 1).fill(2);
    for (const [history, isWeakened] of [
      [[0, ...filler], true],
      [[0, ...filler, 2], false],
    ] as const) {
      const repeated = await distributionOf(
        [1, 1, 1],
        { ...params, repetitionPenalty: 2, logitBias: { 0: 1, 1: 1, 2: 1 } },
        {
          history,
        },
      );
      expect(repeated.get(0)! < repeated.get(1)!).toBe(isWeakened);
      const dry = await distributionOf([1, 1, 1], { ...params, dryMultiplier: 1, dryAllowedLength: 0 }, { history });
      expect(dry.get(2)! < dry.get(1)!).toBe(true);
    }
  });

  it("XTC's coin is the first uniform of its own domain, below the probability it acts", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const acts: boolean[] = [];
    for (let position = 0; position < 40; position++) {
      const [high, low] = philox(0, 0, position, DOMAIN_XTC << 24, 7, 0) as unknown as [number, number];
      // 53 bits; what is left of the low word decides nothing here
      const coin = (high >>> 0) / 2 ** 32 + (low >>> 0) / 2 ** 64;
      const params: SamplingParams = { xtcProbability: 0.5, xtcThreshold: 0.1 };
      const { tokenIds } = sampler.distribution([0, 0, 0, 0], params, { position, seed: 7 });
      expect(tokenIds.length === 1).toBe(coin < 0.5);
      acts.push(tokenIds.length === 1);
    }
    expect(new Set(acts).size).toBe(2);
  });

  it.each<[string, SamplingParams, Draw, (number | undefined)[]]>([
    ["frequency counts output tokens", { frequencyPenalty: 1 }, { promptLength: 1 }, [0, -2, -3, 0]],
    ["presence is once", { presencePenalty: 1 }, { promptLength: 1 }, [0, -1, -1, 0]],
    [
      "a prompt that is in scope counts",
      { frequencyPenalty: 1, penaltyScope: "prompt+output" },
      { promptLength: 4 },
      [-1, -2, -3, 0],
    ],
    ["the last n: 2 of 6", { frequencyPenalty: 1, penaltyLastN: 2 }, {}, [0, 0, -2, 0]],
    ["more than there are: all", { frequencyPenalty: 1, penaltyLastN: 99 }, {}, [-1, -2, -3, 0]],
    [
      "more than there are, prompt included: all",
      { frequencyPenalty: 1, penaltyLastN: 99, penaltyScope: "prompt+output" },
      { promptLength: 6 },
      [-1, -2, -3, 0],
    ],
    ["none", { frequencyPenalty: 1, penaltyLastN: 0 }, {}, [0, 0, 0, 0]],
    [
      "the last n do not reach back over the prompt",
      { frequencyPenalty: 1, penaltyLastN: 4 },
      { promptLength: 4 },
      [0, 0, -2, 0],
    ],
    ["a bias is added", { logitBias: { 3: 2.5 } }, {}, [0, 0, 0, 2.5]],
    ["a bias of −Infinity bans", { logitBias: { 3: -Infinity } }, {}, [0, 0, 0, undefined]],
    ["banned ids are out", { bannedTokenIds: [0, 2] }, {}, [undefined, 0, undefined, 0]],
    [
      "allowed ids are what is left of banned ones",
      { allowedTokenIds: [0, 2], bannedTokenIds: [0] },
      {},
      [undefined, undefined, 0, undefined],
    ],
    ["no end before minTokens", { minTokens: 3, stopTokenIds: [1] }, { position: 2 }, [0, undefined, 0, 0]],
    ["an end at minTokens", { minTokens: 3, stopTokenIds: [1] }, { position: 3 }, [0, 0, 0, 0]],
    // 1 and 2 followed the last token, 2, before
    ["n-grams of 2", { noRepeatNgramSize: 2 }, {}, [0, undefined, undefined, 0]],
    ["n-grams of 3: nothing followed 2 2", { noRepeatNgramSize: 3 }, {}, [0, 0, 0, 0]],
    ["n-grams of 1", { noRepeatNgramSize: 1 }, {}, [undefined, undefined, undefined, 0]],
    ["n-grams longer than the history", { noRepeatNgramSize: 9 }, {}, [0, 0, 0, 0]],
  ])("%s", async (_, params, draw, expected) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const { tokenIds, probs } = sampler.distribution([0, 0, 0, 0], params, { history, ...draw });
    const byId = new Map(Array.from(tokenIds, (id, i) => [id, probs[i]!]));
    const total = expected.reduce<number>((sum, x) => sum + Math.exp(x ?? -Infinity), 0);
    expected.forEach((x, id) => {
      const p = byId.get(id);
      expect(p === undefined).toBe(x === undefined);
      expect(Math.log((p ?? 1) * (p === undefined ? 1 : total))).toBeCloseTo(x ?? 0, 6);
    });
  });

  it.each<[string, number[], SamplingParams, Draw, number[]]>([
    [
      "a positive logit is divided, a negative multiplied, zero stays",
      [2, -2, 0, 2],
      { repetitionPenalty: 2 },
      {},
      [1, -4, 0, 2],
    ],
    [
      "the repetition penalty sees the prompt",
      [2, 2, 2, 2],
      { repetitionPenalty: 2 },
      { promptLength: 6 },
      [1, 1, 1, 2],
    ],
    [
      "unless the scope is the output",
      [2, 2, 2, 2],
      { repetitionPenalty: 2, penaltyScope: "output" },
      { promptLength: 4 },
      [2, 2, 1, 2],
    ],
    [
      "repetition comes before frequency",
      [2, 2, 2, 2],
      { repetitionPenalty: 2, frequencyPenalty: 1 },
      {},
      [0, -1, -2, 2],
    ],
    ["a biased token that is out stays out", [-Infinity, 0, 0, 0], { logitBias: { 0: 5 } }, {}, [-Infinity, 0, 0, 0]],
    [
      "a penalised token that is out stays out",
      [-Infinity, 2, 2, 2],
      { repetitionPenalty: 0.5 },
      {},
      [-Infinity, 4, 4, 2],
    ],
  ])("%s", async (_, logits, params, draw, expected) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const edited = sampler.distribution(logits, params, { history, ...draw });
    const plain = sampler.distribution(expected, {});
    expect(edited).toEqual(plain);
  });
});
