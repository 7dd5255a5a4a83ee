/** A loop of one's own with core's sequence sampler draws, bit by bit, what the engine draws for the same request. */
import { createSampler, type SamplingParams } from "@tokenmill/core";
import { expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import { hashRow } from "./testing/hashRows.mjs";
import { collect, hashSource } from "./testing/sources.ts";

const vocabSize = 500;
const prompt = [1, 2, 3, 4, 2, 3];

it.each<[workers: number, params: SamplingParams]>([
  [0, { temperature: 0.8, topP: 0.9, logprobs: 2 }],
  [2, { repetitionPenalty: 1.2, dryMultiplier: 0.5, minP: 0.02, logprobs: 0 }],
  [2, { mirostat: 2, mirostatTau: 2, logprobs: 1 }],
])("%i workers, %o", async (workers, params) => {
  const engine = await createEngine({ source: hashSource({ vocabSize }), workers, slots: 4 });
  const events = await collect(engine.generate({ ...params, prompt, seed: 11, sequenceId: 9, maxTokens: 60 }));
  await engine.close();
  const sampler = await createSampler({ vocabSize });
  const sequence = sampler.openSequence(params, { seed: 11, sequenceId: 9, promptTokenIds: prompt });
  for (const { tokenId, logprob, rank } of events) {
    const row = new Float32Array(vocabSize);
    hashRow(vocabSize, sequence.tokenIds, 9, sequence.position, (id: number, logit: number) => {
      row[id] = logit;
    });
    expect(sequence.next(row)).toMatchObject({ tokenId, logprob, rank });
  }
  expect(events).toHaveLength(60);
});
