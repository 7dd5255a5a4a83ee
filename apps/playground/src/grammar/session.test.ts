/** Draws under a grammar are those that the engine makes at the same places of an output. */
import { createSampler } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { GrammarSession } from "./session.ts";

const texts = ["a", "b", "c", "<end>"];
const logits = Float32Array.of(0.3, 0, 2, 1);

describe("an output under a grammar", () => {
  it("has the engine's token at each position, whatever stands before it", async () => {
    const session = await GrammarSession.open(texts);
    session.compile({ form: "regex", text: "[ab]{100}" });
    const sampler = await createSampler({ vocabSize: texts.length });
    const settings = { seed: 7, temperature: 1.5, repetitionPenalty: 1.1 };
    const prompt = [2, 2];
    const drawn: number[] = [];
    const expected: number[] = [];
    for (let position = 0; position < 100; position++) {
      session.step({ type: "step", tokenIds: drawn, logits, top: 4 });
      const before = { history: [...prompt, ...drawn], promptLength: prompt.length };
      expected.push(
        sampler.sample(Float32Array.of(0.3, 0, -Infinity, -Infinity), settings, { ...before, position }).tokenId,
      );
      drawn.push(session.draw({ type: "draw", settings, ...before }));
    }
    expect(drawn).toEqual(expected);
    const ofA = drawn.filter((tokenId) => tokenId === 0).length;
    expect(ofA).toBeGreaterThan(30);
    expect(ofA).toBeLessThan(70);
  });
});
