/** What any HTTP client sees: limits, keys, status, the page. */
import { engineVersion } from "@tokenmill/engine";
import { describe, expect, it } from "vitest";
import { completions, errorOf, raw, seeded, serverWith } from "./testing/requests.ts";
import {
  answerTo,
  endOfText,
  offline,
  plainSource,
  post,
  type TestServer,
  until,
  wholeShares,
} from "./testing/testServer.ts";

describe("limits", () => {
  it("answer a body that is too large with 413, before it has come", async () => {
    const server = await serverWith({ limits: { bodyLimitBytes: 1024 } });
    const answer = await raw(
      server,
      `POST ${completions} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\nconnection: close\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"code":"body_too_large"/);
  });

  it("answer more sequences than may be open with 429 and Retry-After", async () => {
    const server = await serverWith({ limits: { maxOpenSequences: 4, ...wholeShares } });
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

  it("answer more tokens than memory allows with 400, or 429 while others are pending; streams are free", async () => {
    const server = await serverWith({ limits: { maxHeldBytes: 640_000, ...wholeShares } });
    const codeOf = async (body: object): Promise<unknown> =>
      errorOf((await answerTo(server, completions, { ...seeded, ...body })).body)["code"];
    expect(await codeOf({ max_tokens: 3000, logprobs: 20 })).toBe("answer_too_large");
    const controller = new AbortController();
    const pending = fetch(`${server.url}${completions}`, {
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
    await expect(pending).rejects.toThrow("aborted");
    await until(() => server.engine.stats().open === 0, "nothing is open");
    expect((await answerTo(server, completions, { ...seeded, max_tokens: 9000 })).status).toBe(200);
  });

  it("answer a request that arrives too slowly with 408", async () => {
    const server = await serverWith({ limits: { requestTimeoutMs: 300 } });
    const head = `POST ${completions} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n`;
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
    expect(await get("/version")).toEqual({ version: engineVersion });
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
    expect(metrics).toContain(`tokenmill_generation_tokens_total${labels} 36\n`);
    expect(metrics).toContain(`tokenmill_prompt_tokens_total${labels} 6\n`);
    expect(metrics).toContain(`tokenmill_time_to_first_token_seconds_count${labels} 3\n`);
    expect(metrics).toContain(`tokenmill_inter_token_latency_seconds_count${labels} 33\n`);
    expect(metrics).toContain(`tokenmill_num_requests_running${labels} 0\n`);
    expect(metrics).toMatch(/tokenmill_request_success_total\{finished_reason="length",[^}]*\} 3\n/);
  });
});

describe("sampling helpers", () => {
  it("give the texts of all tokens, with bytes that are no whole characters escaped", async () => {
    const server = await serverWith();
    const vocabulary = (await (await fetch(`${server.url}/v1/vocabulary`)).json()) as string[];
    expect(vocabulary).toHaveLength(37);
    expect(vocabulary.slice(0, 3)).toEqual(["a", "b", "c"]);
    expect(vocabulary.slice(-6)).toEqual(["\n", "\\xC3", "\\xA9", "\\xF0\\x9F", "\\x98\\x80", endOfText]);
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
