/** What any HTTP client sees: framing, refusals, limits, keys, resume. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import {
  answerTo,
  offline,
  parseSse,
  plainSource,
  post,
  type SseMessage,
  startServer,
  type TestOptions,
  type TestServer,
  textOf,
  until,
} from "../testing/serve/testServer.ts";

async function serverWith(options: TestOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Bytes in, everything that comes back out. */
function raw(server: TestServer, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
    socket.on("error", reject);
  });
}

const completions = "/v1/completions";
const seeded = { prompt: "ab", max_tokens: 12, seed: 5, ignore_eos: true };
const errorOf = (body: Record<string, unknown>): Record<string, unknown> => body["error"] as Record<string, unknown>;

describe("a stream of events", () => {
  it("is framed as SSE with id <sequence>:<index> and ends with [DONE]", async () => {
    const server = await serverWith();
    const response = await post(server, completions, { ...seeded, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    const text = await response.text();
    expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
    const messages = parseSse(text);
    const [, sequence] = /^(\d+):0$/.exec(messages[0]!.id!)!;
    expect(messages.slice(0, -1).map(({ id }) => id)).toEqual(
      Array.from({ length: 12 }, (_, index) => `${sequence}:${index}`),
    );
    expect(JSON.parse(messages[0]!.data)).toMatchObject({ object: "text_completion", model: "synthetic gaussian" });
  });

  it("goes on after Last-Event-ID with no gap and no repeat", async () => {
    const server = await serverWith();
    const request = { ...seeded, seed: undefined, stream: true, max_tokens: 40 };
    const whole = parseSse(await (await post(server, completions, request)).text());
    const ids = whole.map(({ id }) => id);
    for (const index of [0, 17, 38, 39]) {
      const rest = parseSse(await (await post(server, completions, request, { "last-event-id": ids[index]! })).text());
      expect(rest.map(({ id }) => id)).toEqual(ids.slice(index + 1));
      const textIn = (messages: typeof rest): string[] =>
        messages.slice(0, -1).map(({ data }) => (JSON.parse(data) as { choices: [{ text: string }] }).choices[0].text);
      expect(textIn(rest)).toEqual(textIn(whole.slice(index + 1)));
    }
  });

  it("that goes on while its first connection is open runs once", async () => {
    const server = await serverWith({ limits: { maxContextTokens: 2 ** 21 } });
    // 200 MB of events: more than the sockets of two clients that read the first of them can hold
    const long = { ...seeded, seed: undefined, stream: true, max_tokens: 1_000_000 };
    const first = (await post(server, completions, long)).body!.getReader();
    const [begin] = parseSse(new TextDecoder().decode((await first.read()).value));
    const headers = { "last-event-id": begin!.id! };
    const second = (await post(server, completions, long, headers)).body!.getReader();
    const [next] = parseSse(new TextDecoder().decode((await second.read()).value));
    expect(next!.id).toBe(begin!.id!.replace(/:0(?=$|;)/, ":1"));
    expect(server.engine.stats().open).toBe(1);
    await second.cancel();
    await until(() => server.engine.stats().open === 0, "the client's leaving is known");
    await first.cancel();
  });

  it("with several outputs goes on in each after the events that have come", async () => {
    const server = await serverWith();
    const request = {
      ...seeded,
      prompt: ["ab", "cd"],
      n: 2,
      seed: undefined,
      stream: true,
      max_tokens: 30,
      logprobs: 1,
    };
    /** By choice: index of each event, and its JSON. */
    const byChoice = (messages: readonly SseMessage[]): string[][] => {
      const outputs: string[][] = [[], [], [], []];
      for (const { id, data } of messages.filter((message) => message.id !== undefined)) {
        const [choice] = (JSON.parse(data) as { choices: [{ index: number }] }).choices;
        outputs[choice.index]!.push(`${/:(\d+);/.exec(id!)![1]} ${JSON.stringify(choice)}`);
      }
      return outputs;
    };
    const whole = parseSse(await (await post(server, completions, request)).text());
    expect(byChoice(whole).map((events) => events.length)).toEqual([30, 30, 30, 30]);
    for (const at of [0, 1, 50, 77, 119]) {
      const response = await post(server, completions, request, { "last-event-id": whole[at]!.id! });
      const joined = byChoice([...whole.slice(0, at + 1), ...parseSse(await response.text())]);
      expect(joined).toEqual(byChoice(whole));
    }
    const gone = await post(server, completions, { ...request, max_tokens: 9000 });
    const reader = gone.body!.getReader();
    const [begin] = parseSse(new TextDecoder().decode((await reader.read()).value));
    await reader.cancel();
    await until(() => server.engine.stats().open === 0, "the client's leaving is known");
    const again = await post(server, completions, { ...request, max_tokens: 9000 }, { "last-event-id": begin!.id! });
    expect(again.status).toBe(200);
    await again.body!.cancel();
  });

  it("is resumed for the same request only", async () => {
    const server = await serverWith();
    const request = { ...seeded, stream: true };
    const [first] = parseSse(await (await post(server, completions, request)).text());
    const resume = (body: object, id: string): ReturnType<typeof answerTo> =>
      answerTo(server, completions, body, { "last-event-id": id });
    const { id } = first!;
    const other = await resume({ ...request, prompt: "ac" }, id!);
    expect(other.status).toBe(404);
    expect(errorOf(other.body)).toMatchObject({ param: "Last-Event-ID", code: "resume_unavailable" });
    expect((await answerTo(server, "/v1/chat/completions", {}, { "last-event-id": id! })).status).toBe(400);
    const sequence = BigInt(id!.split(":")[0]!);
    expect((await resume(request, `${sequence + 2n ** 65n}:0`)).status).toBe(404);
    // no number, no index, a number too long, a seed of the server, several outputs
    const isUnseeded = 2n ** 64n;
    for (const wrong of ["x", "1", `${id}.5`, `${sequence + 2n ** 129n}:0`, `${sequence + isUnseeded}:0`, `${id};1`]) {
      const { status, body } = await resume(request, wrong);
      expect([wrong, status, errorOf(body)["param"]]).toEqual([wrong, 400, "Last-Event-ID"]);
    }
    expect((await resume({ ...request, n: 2 }, id!)).status).toBe(400);
    expect((await resume({ ...request, n: 2 }, `${id};1,1,1`)).status).toBe(400);
    expect((await resume({ ...request, n: 2 }, `${id};1,1`)).status).toBe(404);
    expect((await resume(seeded, id!)).status).toBe(400);
  });
});

describe("a request that makes no sense", () => {
  it.each([
    [{ promt: "a" }, "promt", 'unknown field "promt", did you mean "prompt"?'],
    [{ topK: "a" }, "topK", '"topK" expected integer ≥ -1, got "a"'],
    [{ top_p: 7 }, "top_p", '"top_p" expected number in (0, 1], got 7'],
    [{ topP: 7 }, "topP", '"topP" expected number in (0, 1], got 7'],
    [{ topP: 0.5, top_p: 0.5 }, "topP", '"topP" and "top_p" are the same: give one'],
    [
      { prompt: [1, "a"] },
      "prompt",
      '"prompt" expected string, array of strings, array of token ids, or array of arrays of token ids, got an array of 2',
    ],
    [{ prompt: [1, 99] }, "prompt[1]", '"prompt[1]" expected token id in [0, 37), got 99'],
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
    [{ seed: 1e17 }, "seed", '"seed" expected a decimal string, as 100000000000000000 is no safe integer'],
    [{ logprobs: 21 }, "logprobs", '"logprobs" expected integer ≤ 20 (maxLogprobs), got 21'],
    [
      { logit_bias: { x: 1 } },
      "logit_bias",
      '"logit_bias" expected map of token ids inside the vocabulary to biases in [-100, 100] or -Infinity, got "token id NaN of 37"',
    ],
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
    [{}, "messages", '"messages" is missing'],
    [{ messages: [] }, "messages", '"messages" expected non-empty array of messages, got an array of 0'],
    [
      { messages: [{ role: "tool", content: "" }] },
      "messages[0].role",
      '"messages[0].role" expected "developer", "system", "user" or "assistant", got "tool"',
    ],
    [
      { messages: [{ role: "user", content: "a" }], top_logprobs: 1 },
      "top_logprobs",
      '"top_logprobs" expected "logprobs": true',
    ],
    [
      { messages: [{ role: "user", content: "a" }], logprobs: true, top_logprobs: 30 },
      "top_logprobs",
      '"top_logprobs" expected integer ≤ 20 (maxLogprobs), got 30',
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

  it("is refused with 415, 404, 405-like 404, 431 and 400 for what is no JSON, no route, no HTTP", async () => {
    const server = await shared();
    expect(
      (await post(server, completions, "a=b", { "content-type": "application/x-www-form-urlencoded" })).status,
    ).toBe(415);
    expect((await answerTo(server, "/v1/nothing", {})).status).toBe(404);
    expect((await fetch(`${server.url}${completions}`)).status).toBe(404);
    const huge = await raw(server, `GET /health HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 [^]*"code":"HPE_HEADER_OVERFLOW"/);
    expect(await raw(server, "HELLO\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*"error":/);
    const twice = "content-length: 2\r\ncontent-length: 3\r\n";
    expect(await raw(server, `POST ${completions} HTTP/1.1\r\nhost: a\r\n${twice}\r\n{}`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  let common: Promise<TestServer> | undefined;
  afterAll(async () => (await common)?.close());
  async function shared(): Promise<TestServer> {
    return (common ??= startServer());
  }
});

describe("limits", () => {
  it("answer a body that is too large with 413, before it has come", async () => {
    const server = await serverWith({ limits: { bodyLimitBytes: 1024 } });
    const answer = await raw(
      server,
      `POST ${completions} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\nconnection: close\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"code":"body_too_large"/);
  });

  it("answer more sequences than may be open with 429 and Retry-After", async () => {
    const server = await serverWith({ limits: { maxOpenSequences: 4 } });
    const controller = new AbortController();
    const open = await fetch(`${server.url}${completions}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...seeded, max_tokens: 16_000, n: 3, stream: true }),
      signal: controller.signal,
    });
    const { status, headers, body } = await answerTo(server, completions, { ...seeded, n: 2 });
    expect([status, headers.get("retry-after")]).toEqual([429, "1"]);
    expect(errorOf(body)).toMatchObject({ type: "rate_limit_error", code: "queue_full" });
    expect((await answerTo(server, completions, seeded)).status).toBe(200);
    controller.abort();
    await open.text().catch(() => undefined);
    await until(() => server.engine.stats().open === 0, "the sequences are gone");
    expect((await answerTo(server, completions, { ...seeded, n: 4 })).status).toBe(200);
  });

  it("answer more tokens than can be held with 400, or 429 while others are held; streams are free", async () => {
    const server = await serverWith({ limits: { maxHeldTokens: 20_000 } });
    const codeOf = async (body: object): Promise<unknown> =>
      errorOf((await answerTo(server, completions, { ...seeded, ...body })).body)["code"];
    expect(await codeOf({ max_tokens: 1000, logprobs: 20 })).toBe("answer_too_large");
    const controller = new AbortController();
    const held = fetch(`${server.url}${completions}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...seeded, max_tokens: 15_000 }),
      signal: controller.signal,
    });
    await until(() => server.engine.stats().open === 1, "the first answer is being made");
    expect(await codeOf({ max_tokens: 6000 })).toBe("memory_full");
    const stream = await post(server, completions, { ...seeded, n: 2, stream: true, max_tokens: 9000 });
    expect(stream.status).toBe(200);
    await stream.body!.cancel();
    controller.abort();
    await expect(held).rejects.toThrow("aborted");
    await until(() => server.engine.stats().open === 0, "nothing is open");
    expect((await answerTo(server, completions, { ...seeded, max_tokens: 9000 })).status).toBe(200);
  });

  it("answer a request that arrives too slowly with 408", async () => {
    const server = await serverWith({ limits: { requestTimeoutMs: 300 } });
    const head = `POST ${completions} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 50\r\n`;
    expect(await raw(server, head)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await raw(server, `${head}\r\n{"prompt":`)).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe("keys and origins", () => {
  it("need a known key under /v1 when keys are set, and write none into the log", async () => {
    const server = await serverWith({ apiKeys: ["first-secret", "second-secret"] });
    const status = async (authorization?: string): Promise<number> =>
      (await post(server, completions, seeded, authorization === undefined ? {} : { authorization })).status;
    expect(await status()).toBe(401);
    expect(await status("Bearer wrong")).toBe(401);
    expect(await status("Basic second-secret")).toBe(401);
    expect(await status("Bearer second-secret")).toBe(200);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
    expect(server.logged()).toContain('"statusCode":401');
    expect(server.logged()).not.toMatch(/secret|wrong/);
  });

  it("do not let another key resume a stream", async () => {
    const server = await serverWith({ apiKeys: ["one", "two"] });
    const request = { ...seeded, stream: true };
    const key = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` });
    const [first] = parseSse(await (await post(server, completions, request, key("one"))).text());
    const resume = async (name: string): Promise<number> =>
      (await post(server, completions, request, { ...key(name), "last-event-id": first!.id! })).status;
    expect(await resume("two")).toBe(404);
    expect(await resume("one")).toBe(200);
  });

  it("send CORS headers to allowed origins only, and to none by default", async () => {
    const origin = "https://pages.example";
    const allowOf = async (server: TestServer, asking: string): Promise<string | null> =>
      (await fetch(`${server.url}/health`, { headers: { origin: asking } })).headers.get("access-control-allow-origin");
    const closed = await serverWith();
    expect(await allowOf(closed, origin)).toBeNull();
    const open = await serverWith({ allowedOrigins: [origin] });
    expect(await allowOf(open, origin)).toBe(origin);
    expect(await allowOf(open, "https://other.example")).not.toBe("https://other.example");
  });
});

describe("status", () => {
  it("is told by /health, /ready, /version and /v1/models", async () => {
    const server = await serverWith();
    const get = async (path: string): Promise<unknown> => (await fetch(`${server.url}${path}`)).json();
    expect(await get("/health")).toEqual({ status: "ok" });
    expect(await get("/ready")).toEqual({ status: "ready" });
    expect(await get("/version")).toEqual({ version: "0.1.0" });
    expect(await get("/v1/models")).toMatchObject({
      object: "list",
      data: [{ id: "synthetic gaussian", object: "model" }],
    });
  });

  it("counts sequences, tokens and latencies in /metrics", async () => {
    const server = await serverWith();
    await answerTo(server, completions, { ...seeded, n: 3 });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const labels = '{model_name="synthetic gaussian"}';
    expect(metrics).toContain(`tokenmill:generation_tokens_total${labels} 36\n`);
    expect(metrics).toContain(`tokenmill:prompt_tokens_total${labels} 6\n`);
    expect(metrics).toContain(`tokenmill:time_to_first_token_seconds_count${labels} 3\n`);
    expect(metrics).toContain(`tokenmill:inter_token_latency_seconds_count${labels} 33\n`);
    expect(metrics).toContain(`tokenmill:num_requests_running${labels} 0\n`);
    expect(metrics).toMatch(/tokenmill:request_success_total\{finished_reason="length",[^}]*\} 3\n/);
  });

  it("is described by an OpenAPI document with the schemas that validate", async () => {
    const server = await serverWith();
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { requestBody?: { content: Record<string, { schema: { properties: object } }> } }>
      >;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/v1/completions", "/v1/chat/completions", "/v1/sample", "/v1/logits", "/metrics"]),
    );
    const { properties } = document.paths[completions]!["post"]!.requestBody!.content["application/json"]!.schema;
    const fields = Object.keys(properties);
    // Every field that is described is taken by the validation: none of them is "unknown".
    const { body } = await answerTo(server, completions, Object.fromEntries(fields.map((field) => [field, {}])));
    expect(errorOf(body)["message"]).not.toContain("unknown field");
    expect(fields).toEqual(expect.arrayContaining(["top_k", "topK", "min_p", "seed", "logit_bias", "ignore_eos"]));
  });
});

describe("the playground", () => {
  it("is served under / beside the API, isolated from other pages", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tokenmill-playground-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, "index.html"), "<title>play</title>");
    const server = await serverWith({ playground: directory });
    const response = await fetch(`${server.url}/`);
    expect(await response.text()).toBe("<title>play</title>");
    expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(response.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect((await fetch(`${server.url}/../package.json`)).status).toBe(404);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await expect(startServer({ playground: join(directory, "none") })).rejects.toThrow(
      '"playground" expected a directory',
    );
  });
});

describe("sampling helpers", () => {
  it("give the texts of all tokens, with bytes that are no whole characters escaped", async () => {
    const server = await serverWith();
    const vocabulary = (await (await fetch(`${server.url}/v1/vocabulary`)).json()) as string[];
    expect(vocabulary).toHaveLength(37);
    expect(vocabulary.slice(0, 3)).toEqual(["a", "b", "c"]);
    expect(vocabulary.slice(-6)).toEqual(["\n", "\\xC3", "\\xA9", "\\xF0\\x9F", "\\x98\\x80", ""]);
    const plain = await serverWith({ source: plainSource() });
    expect((await fetch(`${plain.url}/v1/vocabulary`)).status).toBe(404);
  });

  it("give the row after a prompt as f32, the same for text and ids", async () => {
    const server = await serverWith();
    const row = async (prompt: unknown): Promise<Float32Array> => {
      const response = await post(server, "/v1/logits", { prompt });
      expect(response.headers.get("content-type")).toBe("application/octet-stream");
      expect(response.headers.get("x-tokenmill-vocab-size")).toBe("37");
      expect(response.headers.get("x-tokenmill-dtype")).toBe("f32");
      return new Float32Array(await response.arrayBuffer());
    };
    const [text, ids] = await Promise.all([row("ab"), row([0, 1])]);
    expect(text).toHaveLength(37);
    expect(ids).toEqual(text);
    // What greedy sampling takes first from sequence 0 is the largest of it.
    const [event] = await offline(server, { prompt: "ab", temperature: 0, maxTokens: 1, randomStreamId: 0 });
    expect(text.indexOf(Math.max(...text))).toBe(event!.tokenId);
    expect((await post(server, "/v1/logits", { prompt: [99] })).status).toBe(400);
  });
});
