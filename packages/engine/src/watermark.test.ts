import { detectKgw, detectSynthId } from "@tokenmill/core";
import { expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import { hashSource, tokensOf } from "./testing/sources.ts";

it("a watermark asked for in a request is in its tokens, and in no neighbour's, for 0 and 2 workers", async () => {
  const kgw = { kgwDelta: 3, kgwKey: 7 };
  const synthId = { synthIdDepth: 20, synthIdKey: 8 };
  const request = { prompt: [1, 2, 3, 4], maxTokens: 300 };
  const outputs: number[][][] = [];
  for (const workers of [0, 2]) {
    const engine = await createEngine({ source: hashSource({ vocabSize: 500 }), workers, slots: 4, seed: 3 });
    outputs.push(
      await Promise.all([{}, kgw, synthId].map((mark, i) => tokensOf(engine, { ...request, ...mark, sequenceId: i }))),
    );
    await engine.close();
  }
  expect(outputs[1]).toEqual(outputs[0]);
  const ofKgw = outputs[0]!.map((ids) => detectKgw(ids, { kgwKey: kgw.kgwKey }).zScore);
  const ofSynthId = outputs[0]!.map((ids) => detectSynthId(ids, synthId).zScore);
  expect(ofKgw[1]).toBeGreaterThan(8);
  expect(ofSynthId[2]).toBeGreaterThan(8);
  for (const z of [ofKgw[0]!, ofKgw[2]!, ofSynthId[0]!, ofSynthId[1]!]) expect(Math.abs(z)).toBeLessThan(4.5);
});
