/** SynthID-text by keys is that of transformers: recorded by `vectors/recordSynthId.py`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSampler, detectSynthId, type SamplingParams } from "@tokenmill/core";
import { describe, expect, it } from "vitest";

interface Judged {
  scored: number;
  sums: number[];
}

interface Vectors {
  keys: number[];
  context: number;
  prompt: number[];
  tokens: number[];
  steps: number[][];
  repeated: { position: number; probs: number[] };
  judged: Judged;
  ours: { tokens: number[]; judged: Judged };
}

const file = join(import.meta.dirname, "vectors/synthId/transformers.json");
const { keys, context, prompt, tokens, steps, repeated, judged, ours } = JSON.parse(
  readFileSync(file, "utf8"),
) as Vectors;
const size = 200;
const params: SamplingParams = { synthIdKeys: keys, synthIdContext: context };
const rowAfter = (last: number): number[] =>
  Array.from({ length: size }, (_, id) => ((id * 37 + last * 101) % 97) / 16);
const detection = { synthIdKeys: keys, synthIdContext: context };

describe("SynthID by keys", () => {
  it("makes the distributions of transformers' processor, from the first token and at a repeated context", async () => {
    const sampler = await createSampler({ vocabSize: size });
    const expectAt = (position: number, expected: readonly number[]): void => {
      const history = [...prompt, ...tokens.slice(0, position)];
      const draw = { history, promptLength: prompt.length, position };
      const { tokenIds, probs } = sampler.distribution(rowAfter(history.at(-1)!), params, draw);
      const ourProbs = new Float64Array(size);
      tokenIds.forEach((id, i) => (ourProbs[id] = probs[i]!));
      // f32 there, over 26 layers
      expected.forEach((p, id) => expect(Math.abs(ourProbs[id]! - p)).toBeLessThan(1e-5));
    };
    steps.forEach((expected, position) => expectAt(position, expected));
    expectAt(repeated.position, repeated.probs);
  });

  it("scores a text as transformers' functions do, whoever marked it", () => {
    for (const text of [
      { tokens, judged },
      { tokens: ours.tokens, judged: ours.judged },
    ]) {
      const score = detectSynthId([...prompt, ...text.tokens], { ...detection, promptLength: prompt.length });
      const total = text.judged.sums.reduce((a, b) => a + b, 0);
      expect(score.scoredCount).toBe(text.judged.scored);
      expect(score.mean).toBe(total / (text.judged.scored * keys.length));
    }
  });

  it("finds what transformers marked, and transformers what we marked, not what other keys did", async () => {
    expect(detectSynthId(tokens, detection).zScore).toBeGreaterThan(6);
    const others = keys.map((key) => (key % 1000) + 1);
    expect(Math.abs(detectSynthId(tokens, { ...detection, synthIdKeys: others }).zScore)).toBeLessThan(4);
    const sampler = await createSampler({ vocabSize: size });
    const own: number[] = [];
    for (let position = 0; position < 300; position++) {
      const history = [...prompt, ...own];
      const draw = { history, promptLength: prompt.length, position, seed: 3 };
      own.push(sampler.sample(rowAfter(history.at(-1)!), params, draw).tokenId);
    }
    expect(own).toEqual(ours.tokens);
    const { sums, scored } = ours.judged;
    const mean = sums.reduce((a, b) => a + b, 0) / (scored * keys.length);
    // their mean of the g-values; standard deviation 0.5 / √count
    expect((mean - 0.5) * 2 * Math.sqrt(scored * keys.length)).toBeGreaterThan(6);
  });

  it("refuses a depth beside the keys", async () => {
    const sampler = await createSampler({ vocabSize: size });
    expect(() => sampler.compile({ synthIdKeys: [1], synthIdDepth: 3 })).toThrow(
      '"synthIdDepth" expected 0 or nothing beside "synthIdKeys", which number the layers, got 3',
    );
    expect(() => sampler.compile({ synthIdKeys: [-1] })).toThrow(
      '"synthIdKeys[0]" expected integer in [0, 9007199254740991], got -1',
    );
    expect(() => detectSynthId([1], { synthIdKeys: [1, 2], synthIdDepth: 3 })).toThrow('"synthIdDepth" expected 2');
  });
});
