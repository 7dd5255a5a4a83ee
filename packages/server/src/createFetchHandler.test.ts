/** `Request` in, `Response` out: the server's answers, as fast as they are read, until they are cancelled. */
import { describe, expect, it, onTestFinished } from "vitest";
import { createFetchHandler } from "./createFetchHandler.ts";
import type { FetchHandler } from "./fetch/fetchHandler.ts";
import type { FetchHandlerOptions } from "./options/options.ts";
import { seeded, serverWith } from "./testing/requests.ts";
import { bodyOf, codec, rowOf, vocabSize } from "./testing/rows.ts";
import { answerTo, letterSource, parseSse, until, wholeShares } from "./testing/testServer.ts";

const endless = { prompt: "ab", max_tokens: 16_000, ignore_eos: true, stream: true };

async function handlerWith<Platform extends unknown[]>(
  options: Partial<FetchHandlerOptions<Platform>> = {},
): Promise<FetchHandler<Platform>> {
  const own = { source: letterSource(), workers: 0, seed: 1, structuredOutput: false };
  const handler = await createFetchHandler({ ...own, ...options });
  onTestFinished(() => handler.close());
  return handler;
}

function posted(body: object, init: RequestInit = {}, path = "/v1/completions"): Request {
  const headers = { "content-type": "application/json", ...(init.headers as object) };
  return new Request(`http://mill.example${path}`, { method: "POST", body: JSON.stringify(body), ...init, headers });
}

describe("an answer", () => {
  it("is the server's, whole, streamed, as bytes, and without a body", async () => {
    const [{ fetch }, server] = await Promise.all([handlerWith({ prefix: "/llm" }), serverWith({ seed: 1 })]);
    const choicesOf = async (response: Response): Promise<unknown> =>
      ((await response.json()) as Record<string, unknown>)["choices"];
    const { body } = await answerTo(server, "/v1/completions", seeded);
    expect(await choicesOf(await fetch(posted(seeded, {}, "/llm/v1/completions")))).toEqual(body["choices"]);
    const streamed = await fetch(posted({ ...seeded, stream: true }, {}, "/llm/v1/completions"));
    expect(streamed.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(parseSse(await streamed.text())).toHaveLength(seeded.max_tokens + 1);

    const logits = async (answer: Promise<Response>): Promise<Uint8Array> =>
      new Uint8Array(await (await answer).arrayBuffer());
    const prompt = { prompt: "ab" };
    const own = logits(fetch(posted(prompt, {}, "/llm/v1/logits")));
    const theirs = await fetch(posted(prompt, {}, "/llm/v1/logits"));
    expect(theirs.headers.get("x-tokenmill-vocab-size")).toBe("37");
    expect(await own).toEqual(await logits(Promise.resolve(theirs)));

    const head = await fetch(new Request("http://mill.example/llm/health", { method: "HEAD" }));
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const options = await fetch(new Request("http://mill.example/llm/health", { method: "OPTIONS" }));
    expect([options.status, options.headers.get("allow"), options.body]).toEqual([204, "GET, HEAD, OPTIONS", null]);
  });

  it("is an error of the same form, for what is no path, no WebSocket, and too large", async () => {
    const { fetch } = await handlerWith({ prefix: "/llm", limits: { bodyLimitBytes: 200 } });
    const errorOf = async (request: Request): Promise<unknown> => {
      const response = await fetch(request);
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await errorOf(posted(seeded))).toEqual([404, "unknown_url"]);
    expect(await errorOf(posted(seeded, {}, "/llm/none"))).toEqual([404, "unknown_url"]);
    expect(await errorOf(posted({ user: "u".repeat(300) }, {}, "/llm/v1/completions"))).toEqual([
      413,
      "body_too_large",
    ]);
    const upgrade = await fetch(
      new Request("http://mill.example/llm/v1/stream", { headers: { upgrade: "websocket" } }),
    );
    expect([upgrade.status, await upgrade.text()]).toEqual([426, expect.stringContaining("a fetch handler")]);
  });
});

it("a body comes as it is sent", async () => {
  const { fetch } = await handlerWith({ sampleVocabSize: vocabSize });
  const header = { rows: [{ sequenceId: 1, open: { temperature: 0 } }] };
  const bytes = bodyOf(header, [rowOf(1, 0)]);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (let i = 0; i < bytes.length; i += 150) {
        await new Promise(setImmediate);
        controller.enqueue(bytes.subarray(i, i + 150));
      }
      controller.close();
    },
  });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(new Request("http://mill.example/v1/sample", { ...init, headers }));
  const answer = codec.decode(new Uint8Array(await response.arrayBuffer()));
  const greatest = rowOf(1, 0).indexOf(Math.max(...rowOf(1, 0)));
  expect([response.status, answer]).toMatchObject([200, { results: [{ sequenceId: 1, tokenId: greatest }] }]);
});

it("a body that nobody needs is not read on", async () => {
  const { fetch } = await handlerWith();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    cancel: () => void (isCancelled = true),
  });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  const response = await fetch(new Request("http://mill.example/none", init));
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("unknown_url")]);
  await until(() => isCancelled, "the body is cancelled");
});

it("a stream waits for its reader", async () => {
  const { fetch, engine } = await handlerWith();
  const reader = (await fetch(posted(endless))).body!.getReader();
  await reader.read();
  let tokens = -1;
  while (engine.stats().tokens !== tokens) {
    ({ tokens } = engine.stats());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(tokens).toBeLessThan(2000);
  while (!(await reader.read()).done);
  expect(engine.stats().tokens).toBe(16_000);
});

describe("a client that leaves ends its sequence:", () => {
  it("one that cancels the body", async () => {
    const { fetch, engine } = await handlerWith();
    const { body } = await fetch(posted(endless));
    expect(engine.stats().open).toBe(1);
    await body!.cancel();
    await until(() => engine.stats().open === 0, "the sequence is gone");
  });

  it("one whose signal aborts, while it reads and while it waits for the head", async () => {
    const { fetch, engine } = await handlerWith();
    const controller = new AbortController();
    const streamed = await fetch(posted(endless, { signal: controller.signal }));
    const whole = fetch(posted({ ...endless, stream: false }, { signal: controller.signal }));
    await until(() => engine.stats().open === 2, "the sequences are open");
    controller.abort();
    await until(() => engine.stats().open === 0, "the sequences are gone");
    await expect(streamed.text()).rejects.toThrow("the answer was cut");
    expect((await whole).status).toBe(499);
    expect((await fetch(posted(seeded, { signal: controller.signal }))).status).toBe(499);
  });

  it("one that reads nothing for the stall timeout", async () => {
    const { fetch, engine } = await handlerWith({ limits: { stallTimeoutMs: 100 } });
    const response = await fetch(posted(endless));
    await until(() => engine.stats().open === 0, "the sequence is gone");
    await expect(response.text()).rejects.toThrow("the answer was cut");
  });
});

it("clients are told apart by what the platform knows", async () => {
  const { fetch } = await handlerWith({
    clientAddress: (_request: Request, info: { address: string }) => info.address,
    limits: { maxOpenSequences: 4, peerSharePercent: 50, connectionSharePercent: 50 },
  });
  const open = [
    await fetch(posted(endless), { address: "10.0.0.1" }),
    await fetch(posted(endless), { address: "10.0.0.1" }),
  ];
  expect((await fetch(posted(seeded), { address: "10.0.0.1" })).status).toBe(429);
  expect((await fetch(posted(seeded), { address: "10.0.0.2" })).status).toBe(200);
  await Promise.all(open.map(({ body }) => body!.cancel()));
});

it("closing lets streams end, and takes no new work", async () => {
  const handler = await handlerWith({ limits: wholeShares });
  const text = (await handler.fetch(posted({ ...endless, max_tokens: 3000 }))).text();
  const isClosed = handler.close();
  expect((await handler.fetch(posted(seeded))).status).toBe(503);
  expect(parseSse(await text).at(-1)).toEqual({ data: "[DONE]" });
  await isClosed;
  expect((await handler.fetch(posted(seeded))).status).toBe(503);
});

it("what is wrong with an option is said", async () => {
  const refusal = (options: object): Promise<unknown> =>
    createFetchHandler({ source: letterSource(), ...options }).then(() => "none", String);
  expect(await refusal({ prefix: "llm" })).toBe(
    'RangeError: "prefix" expected a path such as "/llm", or "", got "llm"',
  );
  expect(await refusal({ prefix: "/llm/" })).toMatch(/^RangeError: "prefix"/);
  expect(await refusal({ prefix: 1 })).toMatch(/^TypeError: "prefix"/);
  expect(await refusal({ clientAddress: "127.0.0.1" })).toMatch(
    /^TypeError: "clientAddress" expected function, got "127/,
  );
  expect(await refusal({ host: "::" })).toMatch(/^TypeError: unknown option "host": it is the app that listens/);
});
