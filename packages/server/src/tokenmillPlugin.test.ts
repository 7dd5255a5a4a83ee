/** In an app of somebody else's: what is the app's own stays as it was, and the routes are those of the server. */
import { once } from "node:events";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { seeded, serverWith, statusOf } from "./testing/requests.ts";
import { letterSource, answerTo, parseSse, until } from "./testing/testServer.ts";
import { tokenmillPlugin } from "./tokenmillPlugin.ts";

type Options = Partial<Parameters<typeof tokenmillPlugin>[1]> & { prefix?: string };

/** Its address. */
async function listening(app: FastifyInstance): Promise<string> {
  onTestFinished(() => app.close());
  return app.listen({ host: "127.0.0.1", port: 0 });
}

async function register(app: FastifyInstance, options: Options = {}): Promise<void> {
  const own = { source: letterSource(), workers: 0, seed: 1, structuredOutput: false };
  await app.register(tokenmillPlugin, { prefix: "/llm", ...own, ...options });
}

async function appWith(options: Options = {}, ofApp: FastifyServerOptions = {}): Promise<string> {
  const app = Fastify(ofApp);
  await register(app, options);
  return listening(app);
}

function post(url: string, body: object, signal: AbortSignal | null = null): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  await once(socket, "close");
  return text;
}

const gauge = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/llm/metrics`)).text();
  return Number(new RegExp(`^tokenmill_${name}\\{[^}]*\\} (.*)$`, "m").exec(text)?.[1]);
};

it("answers as the server does, whole, streamed, and with a place to go on from", async () => {
  const [url, server] = await Promise.all([appWith({ seed: 1 }), serverWith({ seed: 1 })]);
  const { body } = await answerTo(server, "/v1/completions", seeded);
  const choicesOf = ({ choices }: Record<string, unknown>): unknown => choices;
  const whole = await post(`${url}/llm/v1/completions`, seeded);
  expect(choicesOf((await whole.json()) as Record<string, unknown>)).toEqual(choicesOf(body));
  const stream = { ...seeded, stream: true };
  const events = parseSse(await (await post(`${url}/llm/v1/completions`, stream)).text());
  expect(events).toHaveLength(seeded.max_tokens + 1);
  const rest = await fetch(`${url}/llm/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "last-event-id": events[4]!.id! },
    body: JSON.stringify(stream),
  });
  const deltasOf = (list: typeof events): unknown[] =>
    list.slice(0, -1).map(({ data }) => choicesOf(JSON.parse(data) as Record<string, unknown>));
  expect(deltasOf(parseSse(await rest.text()))).toEqual(deltasOf(events).slice(5));
});

describe("an app with ways of its own", () => {
  async function particularApp(): Promise<string> {
    const app = Fastify({ bodyLimit: 64, genReqId: () => "of-the-app" });
    app.decorateRequest("owner", "the app");
    app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 500).send({ oops: error.message }),
    );
    app.setReplySerializer((payload) => `app:${JSON.stringify(payload)}`);
    app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, { body }));
    app.addHook("onRequest", async ({ headers }) => {
      if (headers["x-bad"] !== undefined) throw Object.assign(new Error("not you"), { statusCode: 403 });
    });
    const schema = { querystring: { type: "object", properties: { n: { type: "integer" } } } };
    app.get("/own", { schema }, async ({ query }) => query);
    app.post("/own", async ({ body }) => body);
    await register(app);
    return listening(app);
  }

  it("keeps parsers, validation, errors, limits and 404", async () => {
    const url = await particularApp();
    const own = await fetch(`${url}/own?n=7`);
    expect([own.headers.get("x-request-id"), await own.text()]).toEqual([null, 'app:{"n":7}']);
    expect(await (await post(`${url}/own`, { a: 1 })).text()).toBe('app:{"body":"{\\"a\\":1}"}');
    const large = await post(`${url}/own`, { a: "b".repeat(100) });
    expect([large.status, await large.text()]).toEqual([413, 'app:{"oops":"Request body is too large"}']);
    expect(await (await fetch(`${url}/none`)).text()).toContain("Route GET:/none not found");
  });

  it("has none of them in the routes, but its hooks", async () => {
    const url = await particularApp();
    const answer = await post(`${url}/llm/v1/completions`, { ...seeded, prompt: "a".repeat(100), max_tokens: 2 });
    expect([answer.status, answer.headers.get("x-request-id")]).toEqual([200, "of-the-app"]);
    expect(await answer.json()).toMatchObject({ object: "text_completion", usage: { prompt_tokens: 100 } });
    const wrong = await post(`${url}/llm/v1/completions`, { ...seeded, max_tokens: "2" });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { param: "max_tokens" } }]);
    const unknown = await fetch(`${url}/llm/none`);
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: "unknown_url" } }]);
    const hooked = await fetch(`${url}/llm/v1/models`, { headers: { "x-bad": "1" } });
    expect([hooked.status, await hooked.json()]).toMatchObject([403, { error: { message: "not you" } }]);
    const document = (await (await fetch(`${url}/llm/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain("/llm/v1/completions");
    expect(await (await fetch(`${url}/llm`)).json()).toMatchObject({ models: "/llm/v1/models" });
  });
});

it("a client that leaves ends its sequence, and limits are the plugin's own", async () => {
  const url = await appWith({ limits: { bodyLimitBytes: 200, sampleBodyLimitBytes: 100 } }, { bodyLimit: 50 });
  const controller = new AbortController();
  const endless = { prompt: "ab", max_tokens: 16_000, ignore_eos: true, stream: true };
  const open = await post(`${url}/llm/v1/completions`, endless, controller.signal);
  await open.body!.getReader().read();
  expect(await gauge(url, "num_requests_running")).toBe(1);
  controller.abort();
  await until(async () => (await gauge(url, "num_requests_running")) === 0, "the sequence is gone");
  expect((await post(`${url}/llm/v1/completions`, { ...seeded, user: "u".repeat(200) })).status).toBe(413);
});

it("an app that closes lets open streams end, and starts no new ones", async () => {
  const app = Fastify({ forceCloseConnections: true });
  await register(app);
  const url = await listening(app);
  const open = await post(`${url}/llm/v1/completions`, { ...seeded, max_tokens: 3000, stream: true });
  const text = open.text();
  const isClosed = app.close();
  expect(parseSse(await text).at(-1)).toEqual({ data: "[DONE]" });
  await isClosed;
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

describe("WebSockets", () => {
  const said = async (url: string): Promise<string> => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`, "tokenmill.v1.json");
    onTestFinished(() => socket.terminate());
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "open", id: "a", request: { prompt: "ab", maxTokens: 1, seed: 5 } }));
    const [opened] = (await once(socket, "message")) as [Buffer];
    return opened.toString();
  };

  it("are open below each prefix, beside those of the app, and other upgrades stay requests", async () => {
    const app = Fastify();
    await register(app, { prefix: "/a" });
    await register(app, { prefix: "/b" });
    app.post("/own", async ({ body }) => body);
    const url = await listening(app);
    expect(await said(`${url}/a`)).toContain('"type":"opened"');
    expect(await said(`${url}/b`)).toContain('"type":"opened"');
    const upgrade = "host: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\ncontent-type: application/json\r\n";
    const posted = await raw(url, `POST /own HTTP/1.1\r\n${upgrade}content-length: 7\r\n\r\n{"a":1}`);
    expect(posted).toMatch(/^HTTP\/1\.1 200 [^]*\{"a":1\}$/);
    const wanted = upgrade.replace("h2c", "websocket");
    expect(statusOf(await raw(url, `GET /own HTTP/1.1\r\n${wanted}\r\n`))).toBe(404);

    const others = new WebSocketServer({ noServer: true });
    app.server.on("upgrade", (message, socket, head) => {
      if (message.url === "/theirs") others.handleUpgrade(message, socket, head, (each) => each.send("theirs"));
    });
    const theirs = new WebSocket(`${url.replace("http", "ws")}/theirs`);
    expect(String((await once(theirs, "message"))[0])).toBe("theirs");
    theirs.terminate();
    expect(await said(`${url}/a`)).toContain('"type":"opened"');
  });

  it("close with the app", async () => {
    const app = Fastify();
    await register(app);
    const url = await listening(app);
    const socket = new WebSocket(`${url.replace("http", "ws")}/llm/v1/stream`, "tokenmill.v1.json");
    await once(socket, "open");
    const [[code]] = await Promise.all([once(socket, "close"), app.close()]);
    expect(code).toBe(1001);
  });
});

it("an app of HTTP/2 answers and streams, to the names that are allowed", async () => {
  const app = Fastify({ http2: true });
  // Its type says which protocol it speaks.
  await register(app as unknown as FastifyInstance, { allowedHosts: ["mill.example"] });
  onTestFinished(() => app.close());
  const client = connectHttp2(await app.listen({ host: "127.0.0.1", port: 0 }));
  onTestFinished(() => client.destroy());
  const ask = async (authority: string, stream: boolean): Promise<string> => {
    const head = { ":method": "POST", ":path": "/llm/v1/completions", ":authority": authority };
    const asked = client.request({ ...head, "content-type": "application/json" });
    asked.end(JSON.stringify({ ...seeded, stream }));
    let text = "";
    for await (const chunk of asked) text += String(chunk);
    return text;
  };
  expect(await ask("mill.example:81", false)).toContain('"object":"text_completion"');
  expect(await ask("mill.example", true)).toMatch(/data: \[DONE\]\n\n$/);
  expect(await ask("other.example", true)).toContain("host_not_allowed");
});

it("what is wrong with an option is said by register", async () => {
  const refusal = (options: object): Promise<unknown> =>
    register(Fastify(), options as Options).then(
      () => "none",
      (error: unknown) => String(error),
    );
  expect(await refusal({ port: 80 })).toBe(
    'TypeError: unknown option "port": it is the app that listens, with app.listen({ port })',
  );
  expect(await refusal({ sorce: 1 })).toBe('TypeError: unknown option "sorce", did you mean "source"?');
  expect(await refusal({ source: undefined })).toMatch(/^TypeError: "source" expected a logits source/);
  expect(await refusal({ apiKeys: "secret" })).toMatch(/^TypeError: "apiKeys" expected/);
  expect(await refusal({ log: {} })).toMatch(/^TypeError: "log" expected/);
});

it("a stalled reader is cut, of the app's other connections none", async () => {
  const app = Fastify();
  await register(app, { limits: { stallTimeoutMs: 200 } });
  app.get("/slow", async () => "x".repeat(20_000_000));
  const url = await listening(app);
  const stalled = request(`${url}/llm/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  stalled.end(JSON.stringify({ prompt: "ab", max_tokens: 16_000, ignore_eos: true, stream: true, logprobs: 5 }));
  const [answer] = (await once(stalled, "response")) as [NodeJS.ReadableStream];
  answer.pause();
  const slow = request(`${url}/slow`).end();
  const [other] = (await once(slow, "response")) as [NodeJS.ReadableStream];
  const ended = once(answer, "error");
  answer.on("close", () => undefined);
  await until(async () => (await gauge(url, "num_requests_running")) === 0, "the stalled stream is cut");
  let length = 0;
  for await (const chunk of other) length += chunk.length;
  expect(length).toBe(20_000_000);
  answer.resume();
  expect(String(await ended)).toContain("aborted");
});
