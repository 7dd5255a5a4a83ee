/** A row by its largest logits gives what the whole row gives, or says that it lists too little. */
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { SparseRow } from "@tokenmill/contracts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { SampleError, type SampleResult } from "../records/sampleResult.ts";
import { type SamplerName, samplerNames } from "../samplers/table.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { gDeviation } from "../testing/goodnessOfFit.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { gaussianRow, seededRandom } from "../testing/random.ts";
import { sparseOf } from "../testing/sparseOf.ts";
import { createSampler } from "./sampler.ts";
import type { Distribution, Draw, Sampler } from "./types.ts";

vi.setConfig({ testTimeout: timeoutMs });

/** What a call gives, or the code of its failure. */
function outcomeOf<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    if (error instanceof SampleError) return error.code;
    throw error;
  }
}

const vocabSize = 400;
let sampler: Sampler;
let wide: Sampler;
beforeAll(async () => {
  sampler = await createSampler({ vocabSize, maxHistory: 64 });
  wide = await createSampler({ vocabSize: 8192, maxHistory: 64 });
});

/** Cuts that weigh the rest: their draw is by the same law, not by the same steps. */
const weighing = new Set(["topP", "epsilonCutoff", "topA", "pLess"]);
const cuts: ReadonlySet<string> = new Set(["topK", "minP", ...weighing]);

/** The same failure, or the same tokens in the same order and the same probabilities but for rounding. */
function expectSame(sparse: Distribution | string, whole: Distribution | string): void {
  const idsOf = (of: Distribution | string) => (typeof of === "string" ? of : Array.from(of.tokenIds));
  const probsOf = (of: Distribution | string) => (typeof of === "string" ? [] : Array.from(of.probs));
  expect(idsOf(sparse)).toEqual(idsOf(whole));
  const expected = probsOf(whole);
  probsOf(sparse).forEach((p, i) => expect(Math.abs(p - expected[i]!)).toBeLessThan(1e-9 * expected[i]! + 1e-300));
}

const distinctRecipe = rowRecipe.filter(({ kind, scale }) => kind !== "equal" && kind !== "ties" && scale < 1e3);

function maskOf(share: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const mask = new Int32Array(Math.ceil(vocabSize / 32));
  for (let id = 0; id < vocabSize; id++) if (random() < share) mask[id >> 5]! |= 1 << (id & 31);
  return mask;
}

describe("whatever is drawn", () => {
  it("is what can be drawn from the whole row: any samplers, lists, edits of tokens that are not listed, masks", () => {
    const verdicts = { same: 0, tooSparse: 0 };
    const generated = fc.subarray([...samplerNames], { minLength: 1, maxLength: 4 }).chain((names) =>
      fc.record({
        recipe: distinctRecipe,
        params: paramsOf(names, vocabSize),
        draw: drawOf(vocabSize),
        count: fc.integer({ min: 1, max: 198 }),
        share: fc.constantFrom(undefined, undefined, 0.99, 0.5, 0.02, 0.01),
      }),
    );
    fc.assert(
      fc.property(generated, ({ recipe, params, draw, count, share }) => {
        const logits = rowOf(recipe, vocabSize);
        const at: Draw = share === undefined ? draw : { ...draw, tokenMask: maskOf(share, recipe.seed) };
        const sparse = outcomeOf(() => sampler.distribution(sparseOf(logits, count), params, at));
        if (sparse === "row_too_sparse") return void verdicts.tooSparse++;
        const whole = outcomeOf(() => sampler.distribution(logits, params, at));
        verdicts.same++;
        expectSame(sparse, whole);
      }),
      cases(2000),
    );
    expect(verdicts.same).toBeGreaterThan(verdicts.tooSparse / 3);
  });

  it("has the bits of the whole row where top-k or min-p cuts first: 2000 chains on rows of 8192", () => {
    const rows = Array.from({ length: 40 }, (_, seed) => gaussianRow(8192, 1 + (seed % 5), seed));
    const lists = rows.map((row) => sparseOf(row, 128));
    const others = samplerNames.filter((name) => name !== "kgw" && name !== "synthId");
    let same = 0;
    let tried = 0;
    const generated = fc.subarray<SamplerName>(others, { maxLength: 4 }).chain((names) =>
      fc.record({
        row: fc.nat(rows.length - 1),
        params: paramsOf(names, 8192),
        cut: fc.oneof(
          fc.record({ topK: fc.integer({ min: 1, max: 40 }) }),
          fc.record({ minP: fc.double({ min: 0.05, max: 1, noNaN: true }) }),
        ),
        draw: drawOf(8192),
      }),
    );
    fc.assert(
      fc.property(generated, ({ row, params, cut, draw }) => {
        tried++;
        const plan = wide.compile({ ...params, ...cut, logprobs: 3, logprobsMode: "processed" });
        const { topK = 0, minKeep = 1 } = plan.params;
        if (Math.max(topK, minKeep) > 40 || weighing.has(plan.stageNames.find((name) => cuts.has(name)) ?? "")) return;
        const sparse = outcomeOf(() => wide.sample(lists[row], plan, draw));
        if (sparse === "row_too_sparse") return;
        expect(sparse).toEqual(outcomeOf(() => wide.sample(rows[row], plan, draw)));
        same++;
      }),
      cases(2000),
    );
    expect(same).toBeGreaterThan(tried / 2);
  });

  // of 128 blocks of 64 ids, by their largest logits
  it.each([1, 20, 63, 64])("has the bits of the whole row where its list is as long as top-k %i asks", (k) => {
    for (let seed = 0; seed < 4; seed++) {
      const logits = gaussianRow(8192, 1 + seed, 100 + seed);
      const { tokenIds } = sparseOf(logits, 4000);
      const groups = new Set<number>();
      const count = Array.from(tokenIds).findIndex((id) => groups.add(id >> 6).size === k + (k >> 2) + 5) + 1;
      const row = sparseOf(logits, Math.max(k, count));
      const plan = wide.compile({ topK: k, temperature: 1.5, seed, logprobs: 3, logprobsMode: "processed" });
      for (let position = 0; position < 30; position++) {
        expect(wide.sample(row, plan, { position })).toEqual(wide.sample(logits, plan, { position }));
      }
    }
  });

  it("has the bits of a row whose other logits are -Infinity where there is no rest, in both builds", async () => {
    const scalar = await createSampler({ vocabSize, maxHistory: 64, variant: "scalar" });
    const generated = fc.subarray([...samplerNames], { maxLength: 3 }).chain((names) =>
      fc.record({
        recipe: rowRecipe,
        params: paramsOf(names, vocabSize),
        draw: drawOf(vocabSize),
        count: fc.integer({ min: 1, max: 198 }),
      }),
    );
    fc.assert(
      fc.property(generated, ({ recipe, params, draw, count }) => {
        const { tokenIds, logits } = sparseOf(rowOf(recipe, vocabSize), count);
        const whole = new Float32Array(vocabSize).fill(-Infinity);
        for (let i = 0; i < count; i++) whole[tokenIds[i]!] = logits[i]!;
        const sparse = { tokenIds, logits, restLogSumExp: -Infinity };
        const expected = outcomeOf(() => sampler.sample(whole, params, draw));
        expect(outcomeOf(() => sampler.sample(sparse, params, draw))).toEqual(expected);
        expect(outcomeOf(() => scalar.sample(sparse, params, draw))).toEqual(expected);
      }),
      cases(500),
    );
  });

  it("does not depend on the order of the list", () => {
    const row = sparseOf(gaussianRow(vocabSize, 2.5, 1), 60);
    const order = Array.from({ length: 60 }, (_, i) => (i * 7) % 60);
    const shuffled = {
      tokenIds: order.map((i) => row.tokenIds[i]!),
      logits: order.map((i) => row.logits[i]!),
      restLogSumExp: row.restLogSumExp,
    };
    for (const params of [{ topK: 20 }, { topP: 0.5 }, { minP: 0.2 }, { temperature: 0 }, { topK: 5, mirostat: 2 }]) {
      for (let position = 0; position < 50; position++) {
        const given = { ...params, logprobs: 4 } as SamplingParams;
        expect(sampler.sample(shuffled, given, { position })).toEqual(sampler.sample(row, given, { position }));
      }
    }
  });

  it("follows the law of top-p 0.8 in 40,000 draws", () => {
    const logits = gaussianRow(vocabSize, 2.5, 5);
    const row = sparseOf(logits, 150);
    const { tokenIds, probs } = sampler.distribution(logits, { topP: 0.8 });
    const counts = new Map(Array.from(tokenIds, (id) => [id, 0]));
    for (let position = 0; position < 40_000; position++) {
      const { tokenId } = sampler.sample(row, { topP: 0.8 }, { position, seed: 3 });
      counts.set(tokenId, counts.get(tokenId)! + 1);
    }
    expect(
      gDeviation(
        Array.from(tokenIds, (id) => counts.get(id)!),
        probs,
      ),
    ).toBeLessThan(4.5);
  });
});

describe("log-probabilities", () => {
  it("of the row as it came are within 2e-6 of the whole row's, with its ranks and its best", () => {
    for (let seed = 0; seed < 100; seed++) {
      const logits = gaussianRow(8192, 1 + (seed % 5), seed);
      const params = { topK: 40, logprobs: 20, seed };
      const [sparse, whole] = [sparseOf(logits, 128), logits].map((row) => wide.sample(row, params)) as [
        SampleResult,
        SampleResult,
      ];
      expect({ ...sparse, logprob: 0, topLogprobs: [] }).toEqual({ ...whole, logprob: 0, topLogprobs: [] });
      const pairs = [
        [sparse.logprob, whole.logprob],
        ...Array.from(sparse.topLogprobs, (x, i) => [x, whole.topLogprobs[i]!]),
      ];
      for (const [a, b] of pairs) expect(Math.abs(a! - b!)).toBeLessThan(2e-6);
    }
  });

  it("need as many listed tokens as are asked for", () => {
    const row = sparseOf(gaussianRow(vocabSize, 2, 1), 10);
    expect(() => sampler.sample(row, { topK: 5, logprobs: 11 })).toThrow(
      "the sparse row lists too little for logprobs: 11 needed, 10 covered",
    );
    expect(sampler.sample(row, { topK: 5, logprobs: 10 }).topCount).toBe(10);
  });
});

describe("a row that lists too little", () => {
  // logits 0, −0.1, …: e^−0.1i
  const logits = Float32Array.from({ length: vocabSize }, (_, id) => -id / 10);
  const row = sparseOf(logits, 10);
  const needs = (what: string) => `the sparse row lists too little for ${what}`;

  it.each<[SamplingParams, string]>([
    [{}, "the draw, which nothing cuts before: 1 needed, 0.632121 covered"],
    [{ topK: 11 }, "topK: 11 needed, 10 covered"],
    [{ topP: 0.7 }, "topP: 0.7 needed, 0.632121 covered"],
    [{ minP: 0.3 }, "minP: 0.3 needed, 0.40657 covered"],
    [{ typicalP: 0.2 }, "typicalP"],
    [{ topNSigma: 1 }, "topNSigma"],
    [{ mirostat: 2 }, "mirostat"],
    [{ xtcProbability: 1 }, "xtc"],
    [{ temperature: 0.5, dynatempRange: 0.5 }, "temperature"],
    [{ topK: 5, logitBias: { 200: 21 } }, "topK: 5 needed, 0 covered"],
    [{ temperature: 0, logitBias: { 200: 21 } }, "temperature"],
    [{ topK: 5, presencePenalty: -2 }, "topK: 5 needed, 0 covered"],
    [{ topK: 5, exponentialDecayLengthPenalty: [0, 3], stopTokenIds: [300] }, "topK: 5 needed, 0 covered"],
    [{ topK: 5, bannedTokenIds: [0, 1, 2, 3, 4, 5] }, "topK: 5 needed, 4 covered"],
    [{ bannedTokenIds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, "the draw, which nothing cuts before: 1 needed, 0 covered"],
  ])("%o names what needed more", (params, what) => {
    expect(() => sampler.sample(row, params, { history: [300, 300], position: 2 })).toThrow(
      expect.objectContaining({ code: "row_too_sparse", message: needs(what) }),
    );
  });

  it.each<SamplingParams>([
    { topK: 10 },
    { topP: 0.63 },
    { minP: 0.45 },
    { temperature: 0 },
    { xtcProbability: 1, topK: 10 },
    { topK: 5, logitBias: { 200: -5, 3: 2 } },
    { topK: 5, repetitionPenalty: 1.5, presencePenalty: 0.4 },
    { topK: 5, mirostat: 2 },
    { temperature: 0.5, topP: 0.15 },
    { epsilonCutoff: 0.05 },
    { topK: 4, bannedTokenIds: [0, 1, 2, 3, 4, 5] },
  ])("%o asks for no more", (params) => {
    const draw = { history: [300, 300], position: 2 };
    expectSame(sampler.distribution(row, params, draw), sampler.distribution(logits, params, draw));
  });

  it("a mask that leaves no other token needs no rest", () => {
    const tokenMask = new Int32Array(13);
    tokenMask[0] = 0b1010;
    expectSame(sampler.distribution(row, {}, { tokenMask }), sampler.distribution(logits, {}, { tokenMask }));
    tokenMask[12] = -1 << 16; // behind the vocabulary
    expect(sampler.sample(row, {}, { tokenMask }).tokenId).toBeLessThan(4);
    tokenMask[9] = 1;
    expect(() => sampler.sample(row, {}, { tokenMask })).toThrow(needs("the draw"));
    expect(sampler.sample(row, { minP: 0.99, temperature: 0.01 }, { tokenMask }).tokenId).toBe(1);
    expect(() => sampler.sample(row, {}, { tokenMask: new Int32Array(13).fill(1, 9, 10) })).toThrow(needs("the draw"));
    expect(() => sampler.sample(row, {}, { tokenMask: new Int32Array(13) })).toThrow("no token can be drawn");
  });

  it("custom stages see a row only when the rest is cut", async () => {
    const custom = await createSampler({ vocabSize, customStages: { same: () => undefined } });
    expect(() => custom.sample(row, { topK: 5, chain: ["custom:same", "topK"] })).toThrow(needs("a custom stage"));
    const params: SamplingParams = { topK: 5, logprobs: 2, chain: ["topK", "custom:same"] };
    for (let position = 0; position < 20; position++) {
      const [sparse, whole] = [row, logits].map((each) => custom.sample(each, params, { position }));
      expect(sparse!.tokenId).toBe(whole!.tokenId);
      expect(Math.abs(sparse!.logprob - whole!.logprob)).toBeLessThan(2e-6);
    }
  });
});

describe("a row that makes no sense", () => {
  const row = { tokenIds: [5, 3, 9], logits: [2, 1, 0], restLogSumExp: 1 };
  const draw = (change: Partial<SparseRow>) => sampler.sample({ ...row, ...change }, { topK: 2 });

  it.each<[Partial<SparseRow>, string, string, number]>([
    [
      { tokenIds: [5, 3, 5] },
      "invalid_sparse_row",
      "expected distinct tokens inside the vocabulary, got another at index 2",
      2,
    ],
    [{ logits: [2, Number.NaN, 0] }, "nan_logits", "got NaN at index 1", 1],
    [{ logits: [2, Infinity, 0] }, "positive_infinity_logits", "got Infinity at index 1", 1],
    [{ restLogSumExp: 7 }, "invalid_sparse_row", "a rest that its tokens can weigh", -1],
    [{ logits: [2, 1, -Infinity] }, "invalid_sparse_row", "a rest that its tokens can weigh", -1],
    [{ tokenIds: [], logits: [] }, "row_too_sparse", "the draw, which nothing cuts before: 1 needed, 0 covered", -1],
    [{ tokenIds: [], logits: [], restLogSumExp: -Infinity }, "all_tokens_masked", "no token can be drawn", -1],
  ])("%o", (change, code, message) => {
    expect(() => draw(change)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
    expect(draw({}).tokenId).toBeOneOf([5, 3]);
  });

  it.each<[Partial<SparseRow>, string]>([
    [{ tokenIds: [5, 3, 400] }, '"logits.tokenIds[2]" expected token id in [0, 400), got 400'],
    [{ tokenIds: [5, 3, 1.5] }, '"logits.tokenIds[2]" expected token id in [0, 400), got 1.5'],
    [{ tokenIds: [5, 3, -1] }, '"logits.tokenIds[2]" expected token id in [0, 400), got -1'],
    [{ logits: [2, 1] }, '"logits.logits" expected 3 elements'],
    [{ restLogSumExp: Number.NaN }, '"logits.restLogSumExp" expected number below Infinity, got NaN'],
    [{ restLogSumExp: Infinity }, '"logits.restLogSumExp" expected number below Infinity, got Infinity'],
    [{ restLogSumExp: "1" as never }, '"logits.restLogSumExp" expected number, got "1"'],
    [{ vocabSize: 401 }, '"logits.vocabSize" expected'],
    [{ rest: 1 } as never, 'unknown field of a sparse row "rest"'],
  ])("%o is refused before", (change, message) => {
    expect(() => draw(change)).toThrow(message);
  });

  it("lists as many tokens as stand where a row would: less than half", () => {
    const listed = {
      tokenIds: Array.from({ length: 199 }, (_, id) => id),
      logits: new Float32Array(199),
      restLogSumExp: -9,
    };
    expect(() => sampler.sample(listed, {})).toThrow(
      '"logits.tokenIds" expected at most 198 tokens: send the whole row, got 199',
    );
  });

  it("one listed of six leaves a rest of at most five", async () => {
    const six = await createSampler({ vocabSize: 6, dtype: "f32" });
    const one = { tokenIds: [0], logits: [0], restLogSumExp: Math.log(5) };
    expect(six.sample(one, { topK: 1 }).tokenId).toBe(0);
    expect(() => six.sample({ ...one, restLogSumExp: Math.log(5.1) }, { topK: 1 })).toThrow(
      "a rest that its tokens can weigh",
    );
  });

  it("a row that begins with the mark of a sparse one is refused, whatever it goes on with", () => {
    for (const count of [-1, 199, 2 ** 30]) {
      const bits = new Int32Array(vocabSize).fill(count);
      bits[0] = 0x7fc57fff;
      expect(() => sampler.sample(new Float32Array(bits.buffer), {})).toThrow(
        expect.objectContaining({ code: "invalid_sparse_row" }),
      );
    }
  });
});

it("whole and sparse rows take turns, and the sampler's row stays", () => {
  const logits = gaussianRow(vocabSize, 2, 8);
  const row = sparseOf(logits, 100);
  const expected = sampler.sample(logits, { topK: 20, repetitionPenalty: 1.2 }, { history: [1, 2, 3] });
  const sequence = sampler.openSequence({ topK: 20, repetitionPenalty: 1.2 }, { promptTokenIds: [1, 2, 3] });
  for (let i = 0; i < 3; i++) {
    sampler.sample(row, { topK: 20, repetitionPenalty: 1.2 }, { history: [1, 2, 3] });
    expect(Array.from(sampler.row)).toEqual(Array.from(logits));
    const again = sampler.sample(undefined, { topK: 20, repetitionPenalty: 1.2 }, { history: [1, 2, 3] });
    expect(again).toEqual(expected);
  }
  expect(row.tokenIds).toContain(sequence.next(row).tokenId);
  expect(sequence.position).toBe(1);
});
