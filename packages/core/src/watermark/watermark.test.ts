import { beforeAll, describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { profiles } from "../profiles/index.ts";
import { withDefaults } from "../params/withDefaults.ts";
import { referenceChain } from "../chain/referenceChain.ts";
import { ReferenceRow } from "../reference/referenceRow.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Sampler } from "../sampler/types.ts";
import { gDeviation } from "../testing/goodnessOfFit.ts";
import { detectKgw } from "./detectKgw.ts";
import { detectSynthId } from "./detectSynthId.ts";

const vocabSize = 1000;
/** A row of about 5 nats of entropy that depends on the last token. */
function rowAfter(history: readonly number[]): Float32Array {
  const last = history.at(-1) ?? 0;
  return Float32Array.from({ length: vocabSize }, (_, id) => 4 * Math.sin(id * 12.9898 + last * 78.233));
}

let sampler: Sampler;
let scalar: Sampler;
beforeAll(async () => {
  sampler = await createSampler({ vocabSize });
  scalar = await createSampler({ vocabSize, variant: "scalar" });
});

function generate(length: number, params: SamplingParams, sequenceId: number, prompt: number[] = []): number[] {
  const plan = sampler.compile(params);
  const tokens = [...prompt];
  const draw = { sequenceId, seed: 9, history: tokens, promptLength: prompt.length };
  for (let position = 0; position < length; position++) {
    tokens.push(sampler.sample(rowAfter(tokens), plan, { ...draw, position }).tokenId);
  }
  return tokens;
}

const cases: [name: string, params: SamplingParams][] = [
  ["kgw, dense", { kgwDelta: 2, kgwKey: 5 }],
  ["kgw, context 4, gamma 0.5", { kgwDelta: 1.5, kgwGamma: 0.5, kgwContext: 4, kgwKey: 2 ** 53 - 1 }],
  ["kgw, restricted row", { kgwDelta: 3, allowedTokenIds: [3, 5, 8, 13, 21, 34, 55, 89, 144, 233] }],
  ["kgw, vllm profile, cuts", { profile: "vllm", kgwDelta: 3, topK: 30, minP: 0.01 }],
  ["kgw with penalties and top-p", { kgwDelta: 2, repetitionPenalty: 1.3, topP: 0.8 }],
  ["synthId, all tokens", { synthIdDepth: 30, synthIdKey: 77 }],
  ["synthId, 1 layer", { synthIdDepth: 1, synthIdKey: 77 }],
  ["synthId, 128 layers after topK", { synthIdDepth: 128, topK: 50, temperature: 0.7 }],
  ["synthId, llama.cpp profile", { profile: "llama.cpp", synthIdDepth: 20, synthIdContext: 2 }],
  ["synthId by 40 keys", { synthIdKeys: Array.from({ length: 40 }, (_, i) => i * 7919), topK: 60 }],
  ["synthId by keys, all tokens, context 1", { synthIdKeys: [3, 5, 2 ** 53 - 1], synthIdContext: 1 }],
  ["both", { kgwDelta: 1, synthIdDepth: 10, topP: 0.9 }],
];

describe.each(cases)("%s", (_name, params) => {
  it.each([[[]], [[7]], [[1, 2, 3, 4, 5, 6, 7, 8]]])("equals the f64 reference after %j", (history) => {
    const logits = rowAfter(history);
    const reference = new ReferenceRow(logits, history, 1 % (history.length + 1), history.length);
    referenceChain(reference, params);
    const probs = reference.probs();
    const kept = reference.kept().filter((id) => probs[id]! > 0);
    for (const each of [sampler, scalar]) {
      const { tokenIds, probs: actual } = each.distribution(logits, params, {
        history,
        promptLength: 1 % (history.length + 1),
      });
      expect([...tokenIds].sort((a, b) => a - b)).toEqual(kept.sort((a, b) => a - b));
      tokenIds.forEach((id, i) => expect(Math.abs(actual[i]! - probs[id]!)).toBeLessThan(3e-6 * probs[id]! + 1e-12));
    }
  });
});

describe("KGW", () => {
  it("draws by the law of softmax(x + δ·green) in 50,000 draws (G-test, 4.5 sigma)", () => {
    const params: SamplingParams = { kgwDelta: 2, kgwKey: 1 };
    const reference = new ReferenceRow(rowAfter([4]), [4], 0, 0);
    referenceChain(reference, params);
    const plan = sampler.compile(params);
    const counts = new Float64Array(vocabSize);
    const row = rowAfter([4]);
    for (let i = 0; i < 50_000; i++) counts[sampler.sample(row, plan, { history: [4], sequenceId: i }).tokenId]!++;
    expect(gDeviation(counts, reference.probs())).toBeLessThan(4.5);
  });

  it("detects marked text of 200 tokens at z > 6, and not what was made with another key or none (|z| < 4)", () => {
    for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
      const marked = generate(200, { kgwDelta: 2, kgwKey: 42 }, sequenceId, [1, 2]);
      expect(detectKgw(marked, { kgwKey: 42, promptLength: 2 }).zScore).toBeGreaterThan(6);
      expect(Math.abs(detectKgw(marked, { kgwKey: 43, promptLength: 2 }).zScore)).toBeLessThan(4);
      const unmarked = generate(200, {}, sequenceId);
      expect(Math.abs(detectKgw(unmarked, { kgwKey: 42 }).zScore)).toBeLessThan(4);
    }
  });

  it("unmarked texts have z of mean 0 and variance 1 (200 texts of 100 tokens, 4 sigma)", () => {
    const scores = Array.from({ length: 200 }, (_, i) => detectKgw(generate(100, {}, 1000 + i), { kgwKey: i }).zScore);
    const mean = scores.reduce((a, b) => a + b, 0) / 200;
    const variance = scores.reduce((a, b) => a + (b - mean) ** 2, 0) / 199;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(200));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 199));
  });

  it("scores each pair of context and token once", () => {
    expect(detectKgw([1, 2, 1, 2, 1, 2, 1]).scoredCount).toBe(2);
    expect(detectKgw([1])).toEqual({ zScore: 0, greenCount: 0, scoredCount: 0 });
  });
});

describe("SynthID", () => {
  it("keeps the law over random keys: the mean of p′ over 4,000 keys is p, within 4.5 sigma for every token", () => {
    const row = new Float32Array(vocabSize).fill(-Infinity);
    const probs = [0.35, 0.25, 0.2, 0.1, 0.07, 0.03];
    probs.forEach((p, id) => (row[id] = Math.log(p)));
    const sums = new Float64Array(6);
    const squares = new Float64Array(6);
    for (let synthIdKey = 0; synthIdKey < 4000; synthIdKey++) {
      const { tokenIds, probs: marked } = sampler.distribution(
        row,
        { synthIdDepth: 5, synthIdKey },
        { history: [1, 2, 3, 4] },
      );
      tokenIds.forEach((id, i) => {
        sums[id]! += marked[i]!;
        squares[id]! += marked[i]! ** 2;
      });
    }
    probs.forEach((p, id) => {
      const mean = sums[id]! / 4000;
      const deviation = Math.sqrt((squares[id]! / 4000 - mean ** 2) / 4000);
      expect(Math.abs(mean - p)).toBeLessThan(4.5 * deviation);
    });
  });

  it("detects marked text of 200 tokens at z > 6, and not what was made with another key or none (|z| < 4)", () => {
    const params = { synthIdDepth: 30, synthIdKey: 42 };
    for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
      const marked = generate(200, { ...params, topK: 100 }, sequenceId, [1, 2, 3, 4]);
      const score = detectSynthId(marked, { ...params, promptLength: 4 });
      expect(score.zScore).toBeGreaterThan(6);
      expect(score.weightedMean).toBeGreaterThan(score.mean);
      expect(score.mean).toBeGreaterThan(0.52);
      const other = detectSynthId(marked, { ...params, synthIdKey: 43, promptLength: 4 });
      expect(Math.abs(other.zScore)).toBeLessThan(4);
      const unmarked = generate(200, { topK: 100 }, sequenceId);
      expect(Math.abs(detectSynthId(unmarked, params).zScore)).toBeLessThan(4);
    }
  });

  it("leaves the row alone where the context stood before an earlier output token", () => {
    const params = { synthIdDepth: 30, synthIdContext: 2 };
    const plain = sampler.distribution(rowAfter([2]), {});
    const at = (history: number[], promptLength: number): Float64Array =>
      sampler.distribution(rowAfter([2]), params, { history, promptLength }).probs;
    expect(at([1, 2, 9, 1, 2], 1)).toEqual(plain.probs);
    expect(at([1, 2, 9, 1, 2], 2)).toEqual(plain.probs);
    // the tokens before were all prompt: the first output token after them is yet to come
    expect(at([1, 2, 9, 1, 2], 3)).not.toEqual(plain.probs);
    expect(at([1, 2, 9, 2, 1], 1)).not.toEqual(plain.probs);
  });

  it("scores a repeated context once", () => {
    expect(detectSynthId([1, 2, 3, 1, 2, 3, 1, 2], { synthIdDepth: 3, synthIdContext: 2 }).scoredCount).toBe(3);
  });
});

it("both stages stand in every profile and are off by default", () => {
  for (const profile of Object.keys(profiles) as (keyof typeof profiles)[]) {
    expect(profiles[profile].order).toEqual(expect.arrayContaining(["kgw", "synthId"]));
    expect(sampler.compile(withDefaults({ profile })).stageNames).not.toEqual(expect.arrayContaining(["kgw"]));
  }
});

it.each([
  [() => sampler.compile({ kgwGamma: 1 }), `"kgwGamma" expected number in (0, 1), got 1`],
  [() => sampler.compile({ kgwKey: 1n as never }), `"kgwKey" expected safe integer ≥ 0, got 1n`],
  [() => sampler.compile({ synthIdDepth: 129 }), `"synthIdDepth" expected integer in [0, 128], got 129`],
  [() => sampler.compile({ synthIdContext: 17 }), `"synthIdContext" expected integer in [1, 16], got 17`],
  [() => detectKgw([1.5]), `"tokenIds[0]" expected integer in [0, 2147483647], got 1.5`],
  [() => detectKgw([1], { kgwGamma: 0 }), `"kgwGamma" expected number in (0, 1), got 0`],
  [() => detectKgw([1], { promptLength: 2 }), `"promptLength" expected integer in [0, 1], got 2`],
  [() => detectSynthId([1], { synthIdDepth: 0 }), `"synthIdDepth" expected integer in [1, 128], got 0`],
  [
    () => detectSynthId([1], { synthIdDepth: 2, synthIdKey: -1 }),
    `"synthIdKey" expected integer in [0, 9007199254740991], got -1`,
  ],
])("refuses %s", (call, message) => {
  expect(call).toThrow(message);
});
