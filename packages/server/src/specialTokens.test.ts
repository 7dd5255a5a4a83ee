/** Names of special tokens in texts: what reads them as tokens, and what does not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions } from "./testing/requests.ts";
import { streamed } from "./testing/streamed.ts";
import {
  answerTo,
  endOfText,
  letterTokenizer,
  offline,
  post,
  startServer,
  type TestServer,
  textOf,
} from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const text = `ab${endOfText}c`;
const read = letterTokenizer.encode(text, { special: true });
const spelled = letterTokenizer.encode(text);
const settings = { seed: 3, max_tokens: 8, ignore_eos: true };

async function answered(path: string, body: object): Promise<Record<string, unknown>> {
  const { status, body: answer } = await answerTo(server, path, body);
  expect([status, answer["error"]]).toEqual([200, undefined]);
  return answer;
}

const choicesFor = async (body: object): Promise<unknown> =>
  (await answered(completions, { ...settings, ...body }))["choices"];

describe("in the prompt", () => {
  it("of a completion they are tokens unless parse_special is false", async () => {
    expect(await choicesFor({ prompt: text })).toEqual(await choicesFor({ prompt: read }));
    expect(await choicesFor({ prompt: text, parse_special: true })).toEqual(await choicesFor({ prompt: read }));
    expect(await choicesFor({ prompt: text, parse_special: false })).toEqual(await choicesFor({ prompt: spelled }));
    expect(await choicesFor({ prompt: [text, text] })).toEqual(await choicesFor({ prompt: [read, read] }));
  });

  it("of a completion score as these tokens", async () => {
    const body = { prompt: text, prompt_logprobs: 0, echo: true, logprobs: 0, max_tokens: 0 };
    const [choice] = (await choicesFor(body)) as [
      { text: string; logprobs: { tokens: string[]; text_offset: number[] }; prompt_logprobs: (object | null)[] },
    ];
    expect(choice.text).toBe(text);
    expect(choice.logprobs.tokens).toEqual(["a", "b", endOfText, "c"]);
    expect(choice.logprobs.text_offset).toEqual([0, 1, 2, 9]);
    expect(choice.prompt_logprobs.map((scores) => Object.keys(scores ?? {}))).toEqual([
      [],
      ["1"],
      [`${read[2]}`],
      ["2"],
    ]);
    expect(Object.values(choice.prompt_logprobs[2]!)).toMatchObject([{ decoded_token: endOfText }]);
  });

  it("of a chat they are text unless parse_special is true", async () => {
    const messages = [{ role: "user", content: text }];
    const prompt = `User: ${text}\n\nAssistant:`;
    const chat = async (body: object): Promise<{ usage: { prompt_tokens: number }; choices: unknown }> =>
      (await answered("/v1/chat/completions", { ...settings, messages, ...body })) as never;
    const textLength = letterTokenizer.encode(prompt).length;
    expect((await chat({})).usage.prompt_tokens).toBe(textLength);
    expect((await chat({ parse_special: false })).usage.prompt_tokens).toBe(textLength);
    expect((await chat({ parse_special: true })).usage.prompt_tokens).toBe(textLength - endOfText.length + 1);
  });

  it("of /v1/logits they are tokens unless parse_special is false", async () => {
    const idsFor = async (body: object): Promise<string | null> =>
      (await post(server, "/v1/logits", body)).headers.get("x-tokenmill-prompt-token-ids");
    expect(await idsFor({ prompt: text })).toBe(read.join());
    expect(await idsFor({ prompt: text, parseSpecial: null })).toBe(read.join());
    expect(await idsFor({ prompt: text, parse_special: false })).toBe(spelled.join());
  });

  it("of the engine, and of a WebSocket stream, they are tokens unless parseSpecial is false", async () => {
    for (const [parseSpecial, ids] of [
      [undefined, read],
      [true, read],
      [false, spelled],
    ] as const) {
      const request = { maxTokens: 8, seed: 3, ignoreEos: true, randomStreamId: 4 };
      const asked = { ...request, prompt: text, ...(parseSpecial !== undefined && { parseSpecial }) };
      const expected = await offline(server, { ...request, prompt: ids });
      const drawn = (events: readonly { tokenId: number; usage?: object }[]): unknown =>
        events.map(({ tokenId, usage }) => ({ tokenId, usage }));
      expect(drawn(await offline(server, asked))).toEqual(drawn(expected));
      expect((await streamed(server, JSON.stringify(asked))).text).toBe(textOf(expected));
    }
    await expect(offline(server, { prompt: text, parseSpecial: 1 as never })).rejects.toThrow(
      '"parseSpecial" expected boolean, got 1',
    );
  });
});

describe("elsewhere", () => {
  const always = (tokenId: number): object => ({ logit_bias: { [tokenId]: 100 } });
  const eos = letterTokenizer.eosTokenId!;

  it("bad words that name a special token ban that token", async () => {
    const body = { prompt: "a", ...always(eos), return_token_ids: true };
    const [free] = (await choicesFor(body)) as [{ token_ids: number[] }];
    expect(free.token_ids).toContain(eos);
    const [banned] = (await choicesFor({ ...body, bad_words: [endOfText] })) as [{ token_ids: number[] }];
    expect(banned.token_ids).not.toContain(eos);
  });

  it("an end of text that is drawn has a name in log-probabilities, and no text: no stop string finds it", async () => {
    const body = { prompt: "a", ...always(eos), stop: endOfText, logprobs: 1, max_tokens: 3 };
    const [choice] = (await choicesFor(body)) as [
      { text: string; finish_reason: string; logprobs: { tokens: string[]; text_offset: number[] } },
    ];
    expect(choice).toMatchObject({ text: "", finish_reason: "length" });
    expect(choice.logprobs.tokens).toEqual([endOfText, endOfText, endOfText]);
    expect(choice.logprobs.text_offset).toEqual([0, 0, 0]);
    const chat = {
      messages: [{ role: "user", content: "a" }],
      logprobs: true,
      ...always(eos),
      ...settings,
      max_tokens: 1,
    };
    const { choices } = (await answered("/v1/chat/completions", chat)) as {
      choices: [{ logprobs: { content: { token: string; bytes: number[] }[] } }];
    };
    const [token] = choices[0].logprobs.content;
    expect(token).toMatchObject({ token: endOfText, bytes: [...Buffer.from(endOfText)] });
  });

  it("sequence breakers of DRY that are texts stand for their tokens", async () => {
    const body = { prompt: "ababab", dry_multiplier: 20, dry_allowed_length: 1, ...settings };
    const tokens = await choicesFor({ ...body, dry_sequence_breakers: letterTokenizer.encode("b ").map((id) => [id]) });
    expect(await choicesFor({ ...body, dry_sequence_breakers: ["b", " "] })).toEqual(tokens);
  });

  it("the vocabulary has the names", async () => {
    const vocabulary = (await (await fetch(`${server.url}/v1/vocabulary`)).json()) as string[];
    expect(vocabulary[eos]).toBe(endOfText);
  });
});
