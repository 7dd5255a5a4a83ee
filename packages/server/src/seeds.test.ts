/** Seeds of 64 bits, and −1 for any, on every interface of the server. */
import { createSampler, type GenerateRequest, seedBits, verifyDraft } from "@tokenmill/core";
import { createEngine } from "@tokenmill/engine";
import { createSyntheticSource } from "@tokenmill/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions } from "./testing/requests.ts";
import { bodyOf, rowOf, send, vocabSize } from "./testing/rows.ts";
import { streamed } from "./testing/streamed.ts";
import { answerTo, offline, startServer, type TestServer, textOf } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ sampleVocabSize: vocabSize });
});
afterAll(() => server.close());

async function textFor(fields: string): Promise<string> {
  const body = `{"prompt": "ab", "max_tokens": 24, "ignore_eos": true, ${fields}}`;
  const answer = await answerTo(server, completions, body);
  expect([answer.status, answer.body["error"]]).toEqual([200, undefined]);
  return (answer.body["choices"] as { text: string }[])[0]!.text;
}

/** Seeds that a client may write, and the same as the library takes it. */
const seeds: readonly (readonly [string, bigint])[] = [
  ["7", 7n],
  ["9007199254740993", 9007199254740993n],
  ["18446744073709551615", 18446744073709551615n],
  ["1e17", 100000000000000000n],
  ['"18446744073709551614"', 18446744073709551614n],
  ["-2", -2n],
  ["-9223372036854775808", -9223372036854775808n],
  ['"-9223372036854775807"', -9223372036854775807n],
];

describe("a completion", () => {
  it.each(seeds)("with the seed %s draws as the library does with %s", async (written, seed) => {
    const request = { prompt: "ab", maxTokens: 24, ignoreEos: true, seed, randomStreamId: 0 };
    expect(await textFor(`"seed": ${written}`)).toBe(textOf(await offline(server, request)));
  });

  it.each(["seed", "sampler_seed", "sampling_seed"])("with %s −1 is another each time", async (name) => {
    const texts = await Promise.all(["-1", '"-1"', "-1"].map((seed) => textFor(`"${name}": ${seed}`)));
    expect(new Set(texts).size).toBe(3);
  });

  it("reads long integers in other fields and in texts as they are", async () => {
    const metadata = '"metadata": {"seed": 12345678901234567890}, "user": "\\"seed\\": 12345678901234567890"';
    expect(await textFor(`${metadata}, "seed": 7`)).toBe(await textFor('"seed": 7'));
    expect(await textFor('"seed": 7, "seed": 9007199254740993')).toBe(await textFor('"seed": "9007199254740993"'));
    expect(await textFor('"seed": 3, "sequence_id": 18446744073709551615')).toBe(
      await textFor('"seed": 3, "sequence_id": "18446744073709551615"'),
    );
  });
});

const streamedWith = (fields: string): Promise<{ seed: unknown; text: string }> =>
  streamed(server, `{"prompt": "ab", "maxTokens": 24, "ignoreEos": true, ${fields}}`);

describe("a WebSocket stream", () => {
  it.each(seeds.filter(([written]) => written !== "1e17"))(
    "with the seed %s draws as the library does with %s",
    async (written, seed) => {
      const request: GenerateRequest = { prompt: "ab", maxTokens: 24, ignoreEos: true, seed, randomStreamId: 5 };
      const { seed: told, text } = await streamedWith(`"seed": ${written}, "randomStreamId": 5`);
      expect(text).toBe(textOf(await offline(server, request)));
      expect(String(told)).toBe(String(seedBits(seed)));
    },
  );

  it("with −1, or null, has the server's seed and is another each time", async () => {
    const streams = await Promise.all(["-1", "-1", "null"].map((seed) => streamedWith(`"seed": ${seed}`)));
    expect(streams.map(({ seed }) => seed)).toEqual([1, 1, 1]);
    expect(new Set(streams.map(({ text }) => text)).size).toBe(3);
  });
});

it("rows with seed −1 are drawn anew each time, others as their 64 bits say", async () => {
  const drawn = async (seed: number | bigint | undefined): Promise<string> => {
    const open = { temperature: 5, ...(seed !== undefined && { seed }) };
    const rows = Array.from({ length: 12 }, (_, sequenceId) => ({ sequenceId, open }));
    await send(server, bodyOf({ close: rows.map(({ sequenceId }) => sequenceId) }, []));
    const { results } = await send(
      server,
      bodyOf(
        { rows },
        rows.map(() => rowOf(1, 0)),
      ),
    );
    return results.map(({ tokenId }) => tokenId).join();
  };
  expect(await drawn(-1)).not.toBe(await drawn(-1));
  expect(await drawn(-2)).toBe(await drawn(2n ** 64n - 2n));
  expect(await drawn(undefined)).toBe(await drawn(0));
});

describe("the library", () => {
  const row = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));

  it("draws anew for −1, and as 64 bits say for the others", async () => {
    const sampler = await createSampler({ vocabSize: 64 });
    const drawn = (seed: number | bigint): string => {
      return Array.from({ length: 12 }, (_, position) => sampler.sample(row, { seed }, { position }).tokenId).join();
    };
    expect(drawn(-1)).not.toBe(drawn(-1));
    expect(drawn(-2)).toBe(drawn(2n ** 64n - 2n));
    const draft = { targetLogits: [row, row], draftTokenIds: [3], draftProbs: [new Float64Array(64).fill(1 / 64)] };
    const verified = (seed: number): string =>
      Array.from({ length: 12 }, (_, position) => verifyDraft(sampler, draft, { seed }, { position }).tokenIds).join();
    expect(verified(-1)).not.toBe(verified(-1));
    expect(verified(-2)).toBe(verified(-2));
  });

  it("takes −1 as no seed, in requests and for the engine", async () => {
    const source = createSyntheticSource({ kind: "gaussian", vocabSize: 64 });
    const engines = await Promise.all([1, 2].map(() => createEngine({ source, workers: 0, seed: -1 })));
    expect(engines[0]!.seed).not.toBe(engines[1]!.seed);
    expect(engines[0]!.seed).toBeGreaterThanOrEqual(0);
    for (const engine of engines) await engine.close();
    const request = { prompt: "ab", maxTokens: 24, ignoreEos: true, sequenceId: 99 };
    const [none, any] = [await offline(server, request), await offline(server, { ...request, seed: -1 })];
    expect(any).toEqual(none);
  });
});
