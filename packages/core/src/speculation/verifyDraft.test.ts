import { beforeAll, describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Sampler } from "../sampler/types.ts";
import { gDeviation } from "../testing/goodnessOfFit.ts";
import { verifyDraft } from "./verifyDraft.ts";

const vocabSize = 6;
const logs = (probs: number[]): number[] => probs.map(Math.log);
const draftProbs = [0.4, 0.3, 0.1, 0.1, 0.1, 0];
const targetProbs = [0.1, 0.3, 0.05, 0.25, 0, 0.3];
/** The target's law of the second token depends on the first. */
const secondProbs = targetProbs.map((_, first) => {
  const weights = targetProbs.map((p, i) => p + 0.02 * ((i * 7 + first * 5) % 6));
  return weights.map((w) => w / weights.reduce((a, b) => a + b, 0));
});

let sampler: Sampler;
beforeAll(async () => {
  sampler = await createSampler({ vocabSize });
});

/** A token by inversion from a plain generator (mulberry32), as some draft model might draw it. */
function draftModel(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    let u = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    for (let id = 0; ; id++) if ((u -= draftProbs[id]!) < 0) return id;
  };
}

/** Verifies a draft of two tokens `trials` times; counts the first two tokens of the outcome by `first * 6 + second`. */
function countPairs(trials: number, params: SamplingParams, seed: number): { pairs: Float64Array; accepted: number } {
  const plan = sampler.compile(params);
  const draft = draftModel(seed);
  const pairs = new Float64Array(vocabSize ** 2);
  let accepted = 0;
  for (let trial = 0; trial < trials; trial++) {
    const draftTokenIds = [draft(), draft()];
    const [a, b] = draftTokenIds as [number, number];
    const draw = { sequenceId: trial, seed, position: 4 };
    const rows = [logs(targetProbs), logs(secondProbs[a]!), logs(secondProbs[b]!)];
    const { tokenIds, acceptedCount } = verifyDraft(
      sampler,
      { draftTokenIds, draftProbs: [draftProbs, draftProbs], targetLogits: rows },
      plan,
      draw,
    );
    if (acceptedCount > 0) accepted++;
    const first = tokenIds[0]!;
    // a rejected first token leaves the second to plain decoding at its own position
    const second = tokenIds[1] ?? sampler.sample(logs(secondProbs[first]!), plan, { ...draw, position: 5 }).tokenId;
    pairs[first * vocabSize + second]!++;
  }
  return { pairs, accepted };
}

const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

describe("verifyDraft", () => {
  it("follows the target's law of two tokens in 200,000 drafts of another law (G-test, 4.5 sigma)", () => {
    const { pairs, accepted } = countPairs(200_000, {}, 11);
    const expected = targetProbs.flatMap((p, first) => secondProbs[first]!.map((q) => p * q));
    expect(gDeviation(pairs, expected)).toBeLessThan(4.5);
    // acceptance rate: Σ min(p, q)
    const rate = sum(targetProbs.map((p, i) => Math.min(p, draftProbs[i]!)));
    expect(Math.abs(accepted - rate * 200_000)).toBeLessThan(4.5 * Math.sqrt(200_000 * rate * (1 - rate)));
  });

  it("follows what the chain makes of the target's row in 100,000 drafts (temperature, topK)", () => {
    const chain = (probs: number[]): number[] => {
      const weights = probs.map((p) => Math.sqrt(p));
      const fourth = [...weights].sort((a, b) => b - a)[3]!;
      const kept = weights.map((w) => (w >= fourth ? w : 0));
      return kept.map((w) => w / sum(kept));
    };
    const { pairs } = countPairs(100_000, { temperature: 2, topK: 4 }, 12);
    const expected = chain(targetProbs).flatMap((p, first) => chain(secondProbs[first]!).map((q) => p * q));
    expect(gDeviation(pairs, expected)).toBeLessThan(4.5);
  });

  it("gives what plain decoding gives, token for token, when greedy", () => {
    const rowAfter = (history: number[]): number[] =>
      targetProbs.map((_, id) => Math.sin(id * 3 + history.reduce((a, b) => a * 5 + b, 1)));
    const plain: number[] = [];
    while (plain.length < 12) {
      plain.push(sampler.sample(rowAfter(plain), { temperature: 0 }, { position: plain.length }).tokenId);
    }
    for (const wrongAt of [0, 1, 2, 3, 99]) {
      const tokens: number[] = [];
      const accepted: number[] = [];
      while (tokens.length < 12) {
        const draftTokenIds = [0, 1, 2].map((i) => {
          const right = plain[tokens.length + i] ?? 0;
          return i === wrongAt ? (right + 1) % vocabSize : right;
        });
        const targetLogits = [0, 1, 2, 3].map((i) => rowAfter([...tokens, ...draftTokenIds.slice(0, i)]));
        const draw = { position: tokens.length, history: tokens };
        const result = verifyDraft(sampler, { draftTokenIds, targetLogits }, { temperature: 0 }, draw);
        tokens.push(...result.tokenIds);
        accepted.push(result.acceptedCount);
      }
      expect(tokens.slice(0, 12)).toEqual(plain);
      expect(accepted[0]).toBe(Math.min(wrongAt, 3));
    }
  });

  it("draws the token for free as plain decoding does at that position", () => {
    const targetLogits = [logs(draftProbs), logs(targetProbs)];
    for (let sequenceId = 0; sequenceId < 200; sequenceId++) {
      const draw = { sequenceId, seed: 3, position: 8 };
      const draft = { draftTokenIds: [1], draftProbs: [draftProbs], targetLogits };
      const { acceptedCount, tokenId } = verifyDraft(sampler, draft, {}, draw);
      expect(acceptedCount).toBe(1); // p = q: always accepted
      expect(tokenId).toBe(sampler.sample(targetLogits[1], {}, { ...draw, position: 9 }).tokenId);
    }
  });

  it("lets penalties see the accepted tokens", () => {
    const draft = {
      draftTokenIds: [3],
      targetLogits: [logs([0.1, 0.1, 0.1, 0.6, 0.1, 0]), logs(draftProbs.toReversed())],
    };
    const params: SamplingParams = { temperature: 0, repetitionPenalty: 50 };
    const row = { ...draft, targetLogits: [draft.targetLogits[0]!, [1, 1, 1, 2, 1, 1]] };
    expect(verifyDraft(sampler, row, params).tokenIds).toEqual([3, 0]);
  });

  it("refuses stages that keep a state", () => {
    const draft = { draftTokenIds: [], targetLogits: [logs(targetProbs)] };
    const message = `"params" expected stages without a state from token to token, got mirostat`;
    expect(() => verifyDraft(sampler, draft, { mirostat: 2 })).toThrow(message);
  });

  it.each([
    [{ targetLogits: [logs(targetProbs)] }, `"targetLogits" expected 2 elements (one more than draft tokens), got 1`],
    [{ draftTokenIds: [6] }, `"draftTokenIds[0]" expected token id in [0, 6), got 6`],
    [{ draftTokenIds: [5] }, `"draftProbs[0][5]" expected number above 0, as the draft drew that token, got 0`],
    [{ draftProbs: [[1, 1, 1, 0, 0, 0]] }, `"draftProbs[0]" expected probabilities that add up to 1 ± 0.001, got 3`],
    [{ draftProbs: [[1]] }, `"draftProbs[0]" expected 6 elements (vocabSize), got 1`],
    [{ draftProbs: [[-1, 1, 1, 0, 0, 0]] }, `"draftProbs[0][0]" expected number in [0, 1], got -1`],
    [{ draftProbs: [] }, `"draftProbs" expected 1 elements (one for each draft token), got 0`],
    [
      { draftProbs: undefined },
      `"draftProbs" expected a row for each draft token unless decoding is greedy, got undefined`,
    ],
  ])("refuses %o", (wrong, message) => {
    const right = {
      draftTokenIds: [0],
      draftProbs: [draftProbs],
      targetLogits: [logs(targetProbs), logs(targetProbs)],
    };
    expect(() => verifyDraft(sampler, { ...right, ...wrong } as never, {})).toThrow(message);
  });
});
