/** `logprob_token_ids`, as vLLM has it, against the events of the engine. */
import type { TokenEvent } from "@tokenmill/core";
import { encodeJson } from "@tokenmill/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SocketClient } from "./testing/socketClient.ts";
import {
  answerTo,
  letterTokenizer,
  offline,
  parseSse,
  post,
  startServer,
  type TestServer,
} from "./testing/testServer.ts";
import { tokenText } from "./openai/tokenBytes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({});
});
afterAll(() => server.close());

const named = [20, 3, 11];
const seeded = { seed: 5, max_tokens: 6, bannedTokenIds: [3] };
const textOf = (tokenId: number): string => tokenText(letterTokenizer, tokenId);

async function eventsOf(prompt: string, mode: "raw" | "processed" = "raw"): Promise<readonly TokenEvent[]> {
  const draws = { seed: 5, maxTokens: 6, randomStreamId: 0, bannedTokenIds: [3] };
  return offline(server, { prompt, ...draws, logprobTokenIds: named, logprobsMode: mode });
}

/** OpenAI's JSON has -9999 for -Infinity. */
const json = (logprob: number): number => (logprob === -Infinity ? -9999 : logprob);

const topOf = (events: readonly TokenEvent[]) =>
  events.map(({ namedLogprobs }) => namedLogprobs!.map(({ tokenId, logprob }) => [textOf(tokenId), json(logprob)]));

interface CompletionAnswer {
  choices: { logprobs: { token_logprobs: number[]; top_logprobs: Record<string, number>[] } }[];
}

describe("completions", () => {
  it("have the named tokens' logprobs, and no others, as top_logprobs: whole, streamed, echoed", async () => {
    const events = await eventsOf("ab");
    const body = { ...seeded, prompt: "ab", logprobs: 3, logprob_token_ids: named };
    const { body: whole } = await answerTo(server, "/v1/completions", body);
    const [choice] = (whole as unknown as CompletionAnswer).choices;
    const expected = topOf(events).map((top) => Object.fromEntries(top));
    expect(choice!.logprobs.top_logprobs).toEqual(expected);
    expect(choice!.logprobs.token_logprobs).toEqual(events.map(({ logprob }) => logprob));
    const streamed = parseSse(await (await post(server, "/v1/completions", { ...body, stream: true })).text());
    const chunks = streamed.slice(0, -1).map(({ data }) => JSON.parse(data) as CompletionAnswer);
    expect(chunks.flatMap(({ choices }) => choices[0]!.logprobs.top_logprobs)).toEqual(expected);
    const { body: echoed } = await answerTo(server, "/v1/completions", { ...body, echo: true });
    const [prompt] = (echoed as unknown as CompletionAnswer).choices;
    expect(prompt!.logprobs.top_logprobs.slice(2)).toEqual(expected);
    expect(Object.keys(prompt!.logprobs.top_logprobs[1]!)).toEqual(["b"]);
  });

  it("have -9999 for what was banned, where they are the processed ones", async () => {
    const events = await eventsOf("ab", "processed");
    const body = { ...seeded, prompt: "ab", logprobs: 3, logprob_token_ids: named, logprobs_mode: "processed" };
    const { body: whole } = await answerTo(server, "/v1/completions", body);
    const [choice] = (whole as unknown as CompletionAnswer).choices;
    expect(choice!.logprobs.top_logprobs).toEqual(topOf(events).map((top) => Object.fromEntries(top)));
    expect(choice!.logprobs.top_logprobs[0]![textOf(3)]).toBe(-9999);
  });

  it("of an empty list are those without one", async () => {
    const body = { ...seeded, prompt: "ab", logprobs: 2 };
    const { body: plain } = await answerTo(server, "/v1/completions", body);
    const { body: empty } = await answerTo(server, "/v1/completions", { ...body, logprob_token_ids: [] });
    expect(empty["choices"]).toEqual(plain["choices"]);
  });

  it("take more ids than top_logprobs has tokens", async () => {
    const ids = Array.from({ length: 37 }, (_, id) => id);
    const body = { ...seeded, prompt: "ab", logprobs: 37, logprob_token_ids: ids };
    const { body: whole } = await answerTo(server, "/v1/completions", body);
    const [choice] = (whole as unknown as CompletionAnswer).choices;
    expect(new Set(Object.keys(choice!.logprobs.top_logprobs[0]!))).toEqual(new Set(ids.map(textOf)));
  });
});

interface ChatAnswer {
  choices: { logprobs: { content: { logprob: number; top_logprobs: { token: string; logprob: number }[] }[] } }[];
}

it("chats have them in the order asked instead of top_logprobs", async () => {
  const messages = [{ role: "user", content: "a" }];
  const body = { ...seeded, messages, logprobs: true, top_logprobs: 7, logprob_token_ids: named };
  const { body: whole } = await answerTo(server, "/v1/chat/completions", body);
  const { content } = (whole as unknown as ChatAnswer).choices[0]!.logprobs;
  expect(content).not.toHaveLength(0);
  for (const { top_logprobs } of content) expect(top_logprobs.map(({ token }) => token)).toEqual(named.map(textOf));
  const { logprob_token_ids: _, ...plain } = body;
  const { body: all } = await answerTo(server, "/v1/chat/completions", { ...plain, top_logprobs: 20 });
  const others = (all as unknown as ChatAnswer).choices[0]!.logprobs.content;
  expect(content.map(({ logprob }) => logprob)).toEqual(others.map(({ logprob }) => logprob));
  content.forEach(({ top_logprobs }, i) => {
    const tokens = top_logprobs.map(({ token }) => token);
    const found = others[i]!.top_logprobs.filter(({ token }) => tokens.includes(token));
    for (const { token, logprob } of found)
      expect(top_logprobs).toContainEqual(expect.objectContaining({ token, logprob }));
  });
});

it.each(["tokenmill.v1.json", "tokenmill.v1.msgpack"])("%s carries them as namedLogprobs", async (protocol) => {
  const client = await SocketClient.connect(server, protocol);
  const request = { prompt: "ab", maxTokens: 6, seed: 5, randomStreamId: 0, bannedTokenIds: [3] };
  const asked = { ...request, logprobTokenIds: named, logprobsMode: "processed" };
  client.say({ type: "open", id: "a", request: asked });
  const events = await client.ended("a");
  const expected = (await eventsOf("ab", "processed")).map(({ namedLogprobs }) => namedLogprobs);
  const onWire: unknown = protocol.endsWith("json") ? JSON.parse(encodeJson(expected)) : expected;
  expect(events.map(({ namedLogprobs }) => namedLogprobs)).toEqual(onWire);
});
