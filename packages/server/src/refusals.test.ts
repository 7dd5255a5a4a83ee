/** What requests say, and what is said to those that make no sense. */
import { afterAll, describe, expect, it } from "vitest";
import { completions, errorOf, raw, seeded } from "./testing/requests.ts";
import { answerTo, offline, post, startServer, textOf, type TestServer } from "./testing/testServer.ts";

describe("a request that makes no sense", () => {
  it.each([
    [{ promt: "a" }, "promt", 'unknown field "promt", did you mean "prompt"?'],
    [{ topK: "a" }, "topK", '"topK" expected integer in [-1, 2147483647], got "a"'],
    [{ top_p: 7 }, "top_p", '"top_p" expected number in (0, 1], got 7'],
    [{ topP: 7 }, "topP", '"topP" expected number in (0, 1], got 7'],
    [{ topP: 0.5, top_p: 0.5 }, "topP", '"topP" and "top_p" are the same: give one'],
    [
      { prompt: [1, "a"] },
      "prompt",
      '"prompt" expected string, array of strings, array of token ids, or array of arrays of token ids, got an array of 2',
    ],
    [{ prompt: [1, 99] }, "prompt[1]", '"prompt[1]" expected token id in [0, 37), got 99'],
    [
      { prompt: ["a", "a\ud800b"] },
      "prompt[1]",
      '"prompt[1]" expected well-formed text, got a lone surrogate, half of a character, at 1',
    ],
    [{ prompt: [] }, "prompt", '"prompt" expected at least one prompt, got none'],
    [
      { max_tokens: 0 },
      "max_tokens",
      '"max_tokens" expected integer in [1, 16777216] without echo or prompt_logprobs, got 0',
    ],
    [
      { max_tokens: 20_000 },
      "prompt",
      "the context holds 16384 tokens, and 20000 were asked for (0 in the prompt, 20000 for the output)",
    ],
    [{ n: 2, best_of: 1 }, "best_of", '"best_of" expected n (2) or more, got 1'],
    [{ best_of: 2, stream: true }, "best_of", '"best_of" expected n with stream: the best is known at the end only'],
    [{ stream_options: { include_usage: true } }, "stream_options", '"stream_options" expected "stream": true'],
    [{ stop: "" }, "stop[0]", '"stop[0]" expected well-formed string of 1 to 4096 UTF-16 units, got ""'],
    [{ seed: 2 ** 64 }, "seed", '"seed" expected integer in [-2^63, 2^64), got 18446744073709552000'],
    [{ seed: -(2 ** 64) }, "seed", '"seed" expected integer in [-2^63, 2^64), got -18446744073709552000'],
    [{ seed: "1.5" }, "seed", '"seed" expected integer in [-2^63, 2^64), a number or a decimal string, got "1.5"'],
    [{ sequence_id: -1 }, "sequence_id", '"sequence_id" expected integer in [0, 2^64), got -1'],
    [{ logprobs: 21 }, "logprobs", '"logprobs" expected integer in [0, 20], got 21'],
    [{ logprobs: 1e30 }, "logprobs", '"logprobs" expected integer in [0, 20], got 1e+30'],
    [
      { logprob_token_ids: [1, 2], logprobs: 3 },
      "logprob_token_ids",
      '"logprob_token_ids" expected "logprobs": 2, their number',
    ],
    [{ logprobTokenIds: [1] }, "logprobTokenIds", '"logprobTokenIds" expected "logprobs": 1, their number'],
    [
      { logprob_token_ids: [1, 99], logprobs: 2 },
      "logprob_token_ids[1]",
      '"logprob_token_ids[1]" expected token id in [0, 36], got 99',
    ],
    [
      { logprob_token_ids: [5, 5], logprobs: 2 },
      "logprob_token_ids[1]",
      '"logprob_token_ids[1]" expected token id that comes once, got 5',
    ],
    [
      { logprob_token_ids: Array.from({ length: 129 }, (_, id) => id), logprobs: 128 },
      "logprob_token_ids",
      '"logprob_token_ids" expected array of at most 128 distinct token ids, got an array of 129',
    ],
    [{ prompt_logprobs: 1e30 }, "prompt_logprobs", '"prompt_logprobs" expected integer in [0, 20], got 1e+30'],
    [{ prompt: [[1], [2, 99]] }, "prompt[1][1]", '"prompt[1][1]" expected token id in [0, 37), got 99'],
    [{ logit_bias: { x: 1 } }, "logit_bias", '"logit_bias" expected keys that are token ids in [0, 36], got "x"'],
    [
      { response_format: { type: "json_object" } },
      "response_format",
      '"response_format" is not supported: synthetic gaussian has no structured output',
    ],
    [
      { guided_regex: "a" },
      "guided_regex",
      '"guided_regex" is not supported: synthetic gaussian has no structured output',
    ],
    [{ suffix: "a" }, "suffix", '"suffix" is not supported: the models here do not insert; got "a"'],
    [
      { min_tokens: 5, max_tokens: 3 },
      "min_tokens",
      '"min_tokens" expected integer in [0, 3], as "max_tokens" is 3, got 5',
    ],
    [{ minTokens: 5, maxTokens: 3 }, "minTokens", '"minTokens" expected integer in [0, 3], as "maxTokens" is 3, got 5'],
    [{ top_k: 2 ** 31 }, "top_k", '"top_k" expected integer in [-1, 2147483647], got 2147483648'],
    [
      { synth_id_keys: [1], synth_id_depth: 2 },
      "synth_id_depth",
      '"synth_id_depth" expected 0 or nothing beside "synth_id_keys", which number the layers, got 2',
    ],
    [
      { bad_words: [[]] },
      "bad_words[0]",
      '"bad_words[0]" expected token id, non-empty array of them, or non-empty text, got an array of 0',
    ],
    [
      { bad_words: [""] },
      "bad_words[0]",
      '"bad_words[0]" expected token id, non-empty array of them, or non-empty text, got ""',
    ],
    [
      { sequence_bias: [[[1], 1], [[2]]] },
      "sequence_bias[1]",
      '"sequence_bias[1]" expected [ids, bias], got an array of 1',
    ],
    [{ sequence_bias: [[[1, -1], 1]] }, "sequence_bias[0][0][1]", '"sequence_bias[0][0][1]" expected token id, got -1'],
    [
      { sequence_bias: [[[1], 101]] },
      "sequence_bias[0][1]",
      '"sequence_bias[0][1]" expected non-empty array of token ids, then number in [-100, 100], got 101',
    ],
    [
      {
        sequence_bias: [
          [[1], 1],
          [[99], 1],
        ],
      },
      "sequence_bias[1]",
      '"sequence_bias[1]" expected [non-empty array of token id in [0, 36], number in [-100, 100], where -100 bans], got an array of 2',
    ],
    [{ badWords: [1, [2, -1]] }, "badWords[1][1]", '"badWords[1][1]" expected token id, got -1'],
    [{ stop: [1] }, "stop[0]", '"stop[0]" expected string, got 1'],
    [
      { chain: ["top_k"] },
      "chain[0]",
      '"chain[0]" expected stage name or custom:<name>, got "top_k", did you mean "topK"?',
    ],
    [
      { logprobs_mode: "Raw" },
      "logprobs_mode",
      '"logprobs_mode" expected one of "raw", "processed", got "Raw", did you mean "raw"?',
    ],
    [{ store: true }, "store", '"store" expected false, as this server stores nothing, got true'],
    [{ model: "other" }, "model", 'the model "other" does not exist: this server has "synthetic gaussian"'],
  ])("is refused: %j", async (body, param, message) => {
    const server = await shared();
    const answer = await answerTo(server, completions, body);
    expect(answer.status).toBe(param === "model" ? 404 : 400);
    expect(Object.keys(errorOf(answer.body))).toEqual(["message", "type", "param", "code"]);
    expect(errorOf(answer.body)).toMatchObject({ type: "invalid_request_error", param });
    expect(errorOf(answer.body)["message"]).toBe(message);
  });

  it.each([
    ["seed", "1e999", "Infinity"],
    ["sampler_seed", "-1e999", "-Infinity"],
    ["sequence_id", "1e999", "Infinity"],
    ["repetition_penalty", "1e999", "Infinity"],
    ["max_tokens", "-1e999", "-Infinity"],
  ])("is refused where a number is too large to be one: %s %s", async (name, written, got) => {
    const { url } = await shared();
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}${completions}`, { method: "POST", headers, body: `{"${name}":${written}}` });
    expect(answer.status).toBe(400);
    const message = expect.stringMatching(new RegExp(`^"${name}" expected .*, got ${got}$`)) as string;
    expect(await answer.json()).toMatchObject({ error: { param: name, message } });
  });

  it.each([
    [{}, "messages", '"messages" is missing'],
    [{ messages: [] }, "messages", '"messages" expected non-empty array of messages, got an array of 0'],
    [
      { messages: [{ role: "tool", content: "" }] },
      "messages[0].role",
      '"messages[0].role" expected "developer", "system", "user" or "assistant", got "tool"',
    ],
    [
      { messages: [{ role: "tool", content: "", tool_call_id: "a" }] },
      "messages[0].role",
      '"messages[0].role" expected "developer", "system", "user" or "assistant", got "tool"',
    ],
    [
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "a" } }] }] },
      "messages[0].content[0].type",
      '"messages[0].content[0].type" expected "text", as the models here read text only, got "image_url"',
    ],
    [
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      "messages[0].content[0].text",
      '"messages[0].content[0].text" is missing',
    ],
    [
      { messages: [{ role: "user", content: "\ud800" }] },
      "messages[0].content",
      '"messages[0].content" expected well-formed text, got a lone surrogate, half of a character, at 0',
    ],
    [
      { messages: [{ role: "user", content: 1 }] },
      "messages[0].content",
      '"messages[0].content" expected string or array of text parts, got 1',
    ],
    [
      { messages: [{ role: "user", content: "a" }], top_logprobs: 1 },
      "top_logprobs",
      '"top_logprobs" expected "logprobs": true',
    ],
    [
      { messages: [{ role: "user", content: "a" }], logprob_token_ids: [1], top_logprobs: 0, logprobs: false },
      "top_logprobs",
      '"top_logprobs" expected "logprobs": true',
    ],
    [
      { messages: [{ role: "user", content: "a" }], logprob_token_ids: [1] },
      "logprob_token_ids",
      '"logprob_token_ids" expected "logprobs": true',
    ],
    [
      { messages: [{ role: "user", content: "a" }], max_tokens: 20_000 },
      "messages",
      "the context holds 16384 tokens, and 20019 were asked for (19 in the prompt, 20000 for the output)",
    ],
    [
      { messages: [{ role: "user", content: "a" }], logprobs: true, top_logprobs: 30 },
      "top_logprobs",
      '"top_logprobs" expected integer in [0, 20], got 30',
    ],
    [
      { messages: [{ role: "user", content: "a" }], tools: [{}] },
      "tools",
      '"tools" is not supported: the models here call no tools; got an array of 1',
    ],
  ])("is refused in a chat: %j", async (body, param, message) => {
    const answer = await answerTo(await shared(), "/v1/chat/completions", body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatchObject({ param, message });
  });

  it("takes what clients send that has no effect, and null for what is not given", async () => {
    const harmless = {
      user: "me",
      metadata: { a: "b" },
      store: false,
      service_tier: "auto",
      response_format: { type: "text" },
      suffix: null,
      stop: null,
      logprobs: null,
      top_k: -1,
      skip_special_tokens: true,
    };
    const server = await shared();
    const plain = await answerTo(server, completions, seeded);
    const given = await answerTo(server, completions, { ...seeded, ...harmless });
    expect(given.status).toBe(200);
    expect(given.body["choices"]).toEqual(plain.body["choices"]);
  });

  it("takes every sampling parameter under the engine's name and in snake case", async () => {
    const server = await shared();
    const request = { prompt: "ab", maxTokens: 12, ignoreEos: true, seed: 5, randomStreamId: 0 };
    const params = {
      topK: 9,
      minP: 0.05,
      typicalP: 0.9,
      repetitionPenalty: 1.2,
      penaltyLastN: 8,
      bannedTokenIds: [1, 2],
    };
    const expected = textOf(await offline(server, { ...request, ...params }));
    const snake = {
      top_k: 9,
      min_p: 0.05,
      typical_p: 0.9,
      repetition_penalty: 1.2,
      penalty_last_n: 8,
      banned_token_ids: [1, 2],
    };
    for (const spelled of [params, snake]) {
      const { body } = await answerTo(server, completions, { ...seeded, ...spelled });
      expect((body["choices"] as [{ text: string }])[0].text).toBe(expected);
    }
  });

  it("never gives bad words, as texts or as ids", async () => {
    const server = await shared();
    const letters = Object.fromEntries(Array.from({ length: 37 }, (_, id) => [id, id < 2 ? 0 : -100]));
    const textWith = async (bad: unknown): Promise<string> => {
      const { body } = await answerTo(server, completions, {
        ...seeded,
        logit_bias: letters,
        max_tokens: 60,
        bad_words: bad,
      });
      return (body["choices"] as [{ text: string }])[0].text;
    };
    expect(await textWith([])).toContain("aba");
    expect(await textWith(["aba"])).not.toContain("aba");
    expect(await textWith([[0, 1, 0]])).toBe(await textWith(["aba"]));
  });

  it("gives the ids of the tokens, and keeps the stop string, when asked", async () => {
    const server = await shared();
    const events = await offline(server, { prompt: "ab", maxTokens: 12, ignoreEos: true, seed: 5, randomStreamId: 0 });
    const { body } = await answerTo(server, completions, { ...seeded, return_token_ids: true });
    expect(body["choices"]).toMatchObject([{ token_ids: events.map(({ tokenId }) => tokenId) }]);
    const text = textOf(events);
    const stop = text.slice(3, 5);
    const kept = await answerTo(server, completions, { ...seeded, stop, include_stop_str_in_output: true });
    expect(kept.body["choices"]).toMatchObject([{ text: text.slice(0, text.indexOf(stop) + 2), stop_reason: stop }]);
  });

  it.each([
    ["broken JSON", '{"prompt": ', 400, "invalid_json"],
    ["no object", "[]", 400, null],
    ["text that is not UTF-8", Buffer.from('{"prompt":"\xff"}', "latin1"), 400, "invalid_utf8"],
    ["10,000 levels", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, 400, "too_deep"],
    ["130 levels with brackets in texts", `{"prompt":"]\\"]",${'"a":['.repeat(130)}`, 400, "too_deep"],
    ["many brackets in a text", JSON.stringify({ promt: "[".repeat(1000) }), 400, "unknown_parameter"],
    ["a prototype", '{"__proto__": {"prompt": "a"}}', 400, "unknown_parameter"],
  ])("is refused: %s", async (_what, body, status, code) => {
    const response = await fetch(`${(await shared()).url}${completions}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(status);
    expect(errorOf((await response.json()) as Record<string, unknown>)["code"]).toBe(code);
  });

  it("is refused with 415, 404, 405, 431 and 400 for what is no JSON, no route, no HTTP", async () => {
    const server = await shared();
    expect(
      (await post(server, completions, "a=b", { "content-type": "application/x-www-form-urlencoded" })).status,
    ).toBe(415);
    expect((await answerTo(server, "/v1/nothing", {})).status).toBe(404);
    expect((await fetch(`${server.url}${completions}`)).status).toBe(405);
    const huge = await raw(server, `GET /health HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`);
    const magic = await raw(server, "GET /health HTTP/1.1\r\nhost: localhost\r\nexpect: magic\r\n\r\n");
    expect(magic).toMatch(/^HTTP\/1\.1 417 [^]*"message":"\\"Expect\\" expected 100-continue, got \\"magic\\""/);
    expect(huge).toMatch(/^HTTP\/1\.1 431 [^]*"code":"HPE_HEADER_OVERFLOW"/);
    expect(await raw(server, "HELLO\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*"error":/);
    const twice = "content-length: 2\r\ncontent-length: 3\r\n";
    expect(await raw(server, `POST ${completions} HTTP/1.1\r\nhost: localhost\r\n${twice}\r\n{}`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  let common: Promise<TestServer> | undefined;
  afterAll(async () => (await common)?.close());
  async function shared(): Promise<TestServer> {
    return (common ??= startServer());
  }
});
