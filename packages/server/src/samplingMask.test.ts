/** `return_sampling_mask` against the events of the engine. */
import type { TokenEvent } from "@tokenmill/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerTo, offline, parseSse, post, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({});
});
afterAll(() => server.close());

interface Masks {
  sampling_mask?: (number[] | null)[];
  sampling_logprobs?: number[];
}

const choicesOf = (body: object): Masks[] => (body as { choices: Masks[] }).choices;
const masksOf = (events: readonly TokenEvent[]): Masks => ({
  sampling_mask: events.map(({ samplingMask }) => (samplingMask === "all" ? null : samplingMask!)),
  sampling_logprobs: events.map(({ samplingLogprob }) => samplingLogprob!),
});

const cases = [
  ["/v1/completions", { prompt: "ab" }],
  ["/v1/chat/completions", { messages: [{ role: "user", content: "a" }] }],
] as const;

it.each(cases)("%s: whole and streamed, an entry a token", async (path, body) => {
  const asked = { ...body, seed: 5, max_tokens: 6, min_p: 0.3, return_sampling_mask: true };
  const { body: whole } = await answerTo(server, path, asked);
  const [choice] = choicesOf(whole);
  expect(choice!.sampling_mask!.length).toBeGreaterThan(0);
  expect(choice!.sampling_mask!.every((mask) => mask!.length > 0 && mask!.length < 37)).toBe(true);
  const chunks = parseSse(await (await post(server, path, { ...asked, stream: true })).text()).slice(0, -1);
  const streamed = chunks.flatMap(({ data }) => choicesOf(JSON.parse(data) as object));
  expect(streamed.flatMap(({ sampling_mask = [] }) => sampling_mask)).toEqual(choice!.sampling_mask);
  expect(streamed.flatMap(({ sampling_logprobs = [] }) => sampling_logprobs)).toEqual(choice!.sampling_logprobs);
  const { body: plain } = await answerTo(server, path, { ...asked, return_sampling_mask: false });
  expect(choicesOf(plain)[0]).not.toHaveProperty("sampling_mask");
});

it("completions have the masks of the engine's events, null where nothing is cut", async () => {
  const draws = { seed: 5, maxTokens: 6, randomStreamId: 0, samplingMask: true };
  for (const [minP, body] of [
    [0.3, { min_p: 0.3 }],
    [0, {}],
  ] as const) {
    const events = await offline(server, { prompt: "ab", ...draws, minP });
    const asked = { prompt: "ab", seed: 5, max_tokens: 6, ...body, return_sampling_mask: true };
    expect(choicesOf((await answerTo(server, "/v1/completions", asked)).body)[0]).toMatchObject(masksOf(events));
    expect(events[0]!.samplingMask === "all").toBe(minP === 0);
  }
});
