/** Every field of a request, in every way to run one, changes what comes out or is refused by name. */
import type { GenerateRequest } from "@tokenmill/core";
import { lastValueFrom, type Observable, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import { hashSource, pieceTokenizer } from "./testing/sources.ts";
import { textChoices } from "./testing/textChoices.ts";
import type { Engine } from "./types.ts";

const base: GenerateRequest = { prompt: "ab", maxTokens: 24, temperature: 1.2 };

/** What else the request has, and the field with a value that makes a difference. */
const fields: Readonly<Record<string, readonly [beside: GenerateRequest, field: GenerateRequest]>> = {
  prompt: [{ seed: 1 }, { prompt: "ba" }],
  sequenceId: [{}, { sequenceId: 70 }],
  "sequenceId with a coin": [{ xtcProbability: 0.5, xtcThreshold: 0.01 }, { sequenceId: 70 }],
  randomStreamId: [{ seed: 1 }, { randomStreamId: 71 }],
  "randomStreamId with a coin": [{ seed: 1, xtcProbability: 0.5, xtcThreshold: 0.01 }, { randomStreamId: 71 }],
  maxTokens: [{ seed: 1 }, { maxTokens: 2 }],
  stop: [{ seed: 1 }, { stop: ["a", "b", "c", " "] }],
  stopRegex: [{ seed: 1 }, { stopRegex: ["a", "b", "c", " "] }],
  ignoreEos: [{ seed: 1, logitBias: { 15: 20 } }, { ignoreEos: true }],
  repetitionDetection: [
    { seed: 1, allowedTokenIds: [0, 1] },
    { repetitionDetection: { maxPatternSize: 2, minCount: 3 } },
  ],
  promptLogprobs: [{ seed: 1 }, { promptLogprobs: 1 }],
  jsonSchema: [{ seed: 1 }, { jsonSchema: {} }],
  grammar: [{ seed: 1 }, { grammar: "ab | ba" }],
  regex: [{ seed: 1 }, { regex: "a" }],
  seed: [{}, { seed: 5 }],
  "seed with a coin": [{ xtcProbability: 0.5, xtcThreshold: 0.01, randomStreamId: 1 }, { seed: 5 }],
  temperature: [{ seed: 1 }, { temperature: 0 }],
  chain: [{ seed: 1, topK: 2 }, { chain: ["temperature"] }],
  profile: [{ seed: 1, repetitionPenalty: 1.8 }, { profile: "llama.cpp" }],
  topK: [{ seed: 1 }, { topK: 1 }],
  logitBias: [{ seed: 1 }, { logitBias: { 1: 30 } }],
  repetitionPenalty: [{ seed: 1, temperature: 0.1 }, { repetitionPenalty: 3 }],
  minTokens: [{ seed: 1, stopTokenIds: [0, 1, 2, 3] }, { minTokens: 20 }],
  stopTokenIds: [{ seed: 1 }, { stopTokenIds: [0, 1, 2, 3, 4] }],
  mirostat: [{ seed: 1 }, { mirostat: 2, mirostatTau: 0.3 }],
  logprobs: [{ seed: 1 }, { logprobs: 2 }],
  logprobTokenIds: [{ seed: 1 }, { logprobTokenIds: [3, 1] }],
  samplingMask: [{ seed: 1, topK: 2 }, { samplingMask: true }],
  logprobsMode: [{ seed: 1, logprobs: 0 }, { logprobsMode: "processed" }],
};

const all = async (events: Observable<unknown>): Promise<unknown> => lastValueFrom(events.pipe(toArray()));

/** Everything that comes out of a request. */
const ways: Readonly<Record<string, (engine: Engine, request: GenerateRequest) => Promise<unknown>>> = {
  generate: (engine, request) => all(engine.generate(request)),
  async stream(engine, request) {
    const events = [];
    for await (const event of engine.stream(request)) events.push(event);
    return events;
  },
  readable: (engine, request) => engine.readable(request).toArray(),
  generateMany: (engine, request) => all(engine.generateMany(request, 3)),
  bestOf: (engine, request) => all(engine.bestOf(request, { candidates: 3, n: 2 })),
  beamSearch: (engine, request) => all(engine.beamSearch(request, { beamWidth: 3, n: 3 })),
  async resume(engine, request) {
    const handle = engine.open(request, { next: () => {}, error: () => {}, complete: () => {} });
    const record = handle.snapshot();
    handle.cancel();
    return all(engine.resume(record));
  },
};

let engine: Engine;
beforeAll(async () => {
  const source = hashSource({ tokenizer: pieceTokenizer });
  engine = await createEngine({ source, workers: 1, slots: 8, seed: 9, grammar: textChoices() });
});
afterAll(() => engine.close());

/** The outcome as text, without the ids that the engine numbers, or the name of what is refused. */
async function outcomeOf(way: string, request: GenerateRequest): Promise<string> {
  try {
    const outcome = await ways[way]!(engine, request);
    return JSON.stringify(outcome, (name, value: unknown) => (name === "sequenceId" ? undefined : value));
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

describe.each(Object.keys(ways))("with %s", (way) => {
  it.each(Object.keys(fields))("%s has an effect or is refused", async (name) => {
    const [beside, field] = fields[name]!;
    // what is numbered draws from another stream each time: that says nothing of the field
    const fixed = "sequenceId" in field || way === "beamSearch" ? {} : { randomStreamId: 3 };
    const request = possible[way]?.({ ...base, ...fixed, ...beside }) ?? { ...base, ...fixed, ...beside };
    const plain = await outcomeOf(way, request);
    const withField = await outcomeOf(way, { ...request, ...field });
    expect(plain).not.toMatch(/^refused/);
    expect(withField).not.toBe(plain);
    expect(withField).toMatch(new RegExp(`^refused: "?${Object.keys(field)[0]}|^refused: .*mirostat|^\\[`));
  });
});

/** Without what the way refuses for having no effect there. */
const possible: Readonly<Record<string, (request: GenerateRequest) => GenerateRequest>> = {
  beamSearch: (request) => without(request, request.xtcProbability === undefined ? ["seed", "logprobs"] : ["logprobs"]),
  bestOf: (request) => without(request, ["logprobs"]),
};

function without(request: GenerateRequest, names: readonly string[]): GenerateRequest {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));
}
