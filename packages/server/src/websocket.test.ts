/** Token streams over WebSocket, in both subprotocols, with ws's own client. */
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { serverWith } from "./testing/requests.ts";
import { SocketClient as Client } from "./testing/socketClient.ts";
import { offline, startServer, until } from "./testing/testServer.ts";

const request = { prompt: "ab", maxTokens: 30, ignoreEos: true, seed: 5, randomStreamId: 0 };

describe.each(["tokenmill.v1.json", "tokenmill.v1.msgpack"])("%s", (protocol) => {
  it("carries many streams at a time, each with the events of the offline run", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, protocol);
    const ids = Array.from({ length: 50 }, (_, i) => `s${i}`);
    ids.forEach((id, i) => client.say({ type: "open", id, request: { ...request, randomStreamId: i, logprobs: 1 } }));
    for (const [i, id] of ids.entries()) {
      const events = await client.ended(id);
      const { sequenceId } = client.of(id)[0]!;
      const alone = await offline(server, { ...request, randomStreamId: i, logprobs: 1 });
      expect(events).toEqual(alone.map((event) => ({ ...event, sequenceId })));
      expect(client.of(id)[0]).toMatchObject({ type: "opened", seed: 5 });
    }
  });

  it("gives seeds of 64 bits without loss", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, protocol);
    const seed = 2n ** 64n - 2n;
    const isJson = protocol.endsWith("json");
    client.say({ type: "open", id: "a", request: { ...request, seed: isJson ? String(seed) : seed } });
    const events = await client.ended("a");
    expect(String(client.of("a")[0]!.seed)).toBe(String(seed));
    expect(events.map(({ tokenId }) => tokenId)).toEqual(
      (await offline(server, { ...request, seed })).map(({ tokenId }) => tokenId),
    );
  });

  it("sends as many events as there are credits, and no more", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, protocol);
    client.say({ type: "open", id: "a", request, credits: 0 });
    client.say({ type: "open", id: "free", request });
    await client.ended("free");
    expect(client.events("a")).toEqual([]);
    for (const [credits, total] of [
      [3, 3],
      [1, 4],
      [9, 13],
    ] as const) {
      client.say({ type: "credit", id: "a", credits });
      await until(() => client.events("a").length >= total, `${total} events are there`);
      client.say({ type: "open", id: `after ${total}`, request });
      await client.ended(`after ${total}`);
      expect(client.events("a")).toHaveLength(total);
    }
    client.say({ type: "credit", id: "a", credits: 100 });
    const tokens = (await client.ended("a")).map(({ tokenId }) => tokenId);
    expect(tokens).toEqual(client.events("free").map(({ tokenId }) => tokenId));
  });

  it("pauses, resumes and cancels one stream and not another", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, protocol);
    const endless = { ...request, maxTokens: 16_000 };
    client.say({ type: "open", id: "a", request: endless });
    client.say({ type: "pause", id: "a" });
    client.say({ type: "open", id: "b", request });
    await client.ended("b");
    const count = client.events("a").length;
    client.say({ type: "open", id: "c", request });
    await client.ended("c");
    expect(client.events("a").length).toBe(count);
    client.say({ type: "resume", id: "a" });
    await until(() => client.events("a").length > count + 10, "the stream goes on");
    client.say({ type: "cancel", id: "a" });
    await until(() => client.of("a").at(-1)!.type === "cancelled", "the stream is cancelled");
    await until(() => server.engine.stats().open === 0, "the sequence is gone");
    client.say({ type: "open", id: "a", request });
    await until(() => client.of("a").at(-1)!.event?.finishReason !== undefined, "the id is used again");
    expect(client.of("a").filter(({ type }) => type === "cancelled")).toHaveLength(1);
  });

  it("answers what makes no sense with an error, and goes on", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, protocol);
    client.say({ type: "open", id: "a", request: { ...request, topP: 7 } });
    client.say({ type: "open", id: "b", request: { ...request, promt: "x" } });
    client.say({ type: "opn", id: "c" });
    client.say({ type: "credit", id: "d", credits: -1 });
    client.say({ type: "cancel", id: "e", why: "x" });
    client.say({ type: "open", id: "f" });
    client.say({ type: "open", id: "g", request: { ...request, maxTokens: 1e6 } });
    client.say(["?"]);
    client.socket.send(protocol.endsWith("json") ? Buffer.from([1]) : "text");
    await until(() => client.messages.length === 9, "nine answers are there");
    expect(client.messages.every(({ type }) => type === "error")).toBe(true);
    const messageOf = (id: string): string => client.of(id)[0]!.error!.message;
    expect(messageOf("a")).toBe('"topP" expected number in (0, 1], got 7');
    expect(messageOf("b")).toBe('unknown request field "promt", did you mean "prompt"?');
    expect(messageOf("c")).toBe('"type" expected one of open, credit, pause, resume, cancel, got "opn"');
    expect(messageOf("d")).toBe('"credits" expected integer in [1, 2147483647], got -1');
    expect(client.of("g")[0]!.error!.code).toBe("context_length_exceeded");
    client.say({ type: "open", id: "a", request });
    await client.ended("a");
  });
});

describe("a connection", () => {
  it("that closes takes its sequences with it", async () => {
    const server = await serverWith();
    const client = await Client.connect(server, "tokenmill.v1.json");
    for (let i = 0; i < 20; i++) client.say({ type: "open", id: `${i}`, request: { ...request, maxTokens: 16_000 } });
    await until(() => client.events("19").length > 0, "all streams run");
    client.socket.terminate();
    await until(() => server.engine.stats().open === 0, "the sequences are gone");
    expect(server.engine.stats().cancelled).toBe(20);
  });

  it("that is not read pauses its own streams only, and loses nothing", async () => {
    const server = await serverWith();
    const slow = await Client.connect(server, "tokenmill.v1.json");
    const other = await Client.connect(server, "tokenmill.v1.json");
    // About 24 MB: more than the socket buffers of both sides hold.
    const bulky = { ...request, maxTokens: 8000, logprobs: 20 };
    slow.socket.pause();
    for (const id of ["x", "y"]) slow.say({ type: "open", id, request: bulky });
    await until(() => server.engine.stats().open === 2, "the streams are open");
    let tokens = -1;
    await until(() => {
      const { tokens: now, ready, active } = server.engine.stats();
      const isStill = now === tokens && ready + active === 0;
      tokens = now;
      return isStill;
    }, "the streams are paused");
    expect(server.engine.stats().open).toBe(2);
    other.say({ type: "open", id: "a", request });
    await other.ended("a");
    slow.socket.resume();
    for (const id of ["x", "y"]) {
      const events = await slow.ended(id);
      expect(events.map(({ index }) => index)).toEqual(Array.from({ length: 8000 }, (_, index) => index));
    }
  });

  it("that is not read for the stall timeout is ended", async () => {
    const server = await serverWith({ limits: { stallTimeoutMs: 200 } });
    const client = await Client.connect(server, "tokenmill.v1.json");
    client.socket.pause();
    for (let i = 0; i < 8; i++)
      client.say({ type: "open", id: `${i}`, request: { ...request, maxTokens: 16_000, logprobs: 20 } });
    await until(() => server.engine.stats().cancelled === 8, "the sequences are cancelled");
    expect(server.engine.stats().open).toBe(0);
  });

  it("is told of the shutdown, and closed with code 1001", async () => {
    const server = await startServer({ limits: { shutdownTimeoutMs: 100, maxContextTokens: 4_000_000 } });
    const client = await Client.connect(server, "tokenmill.v1.json");
    client.say({ type: "open", id: "a", request: { ...request, maxTokens: 3_000_000 }, credits: 5 });
    await until(() => client.events("a").length === 5, "the stream has used its credits");
    const closed = once(client.socket, "close");
    await server.close();
    expect((await closed)[0]).toBe(1001);
    expect(client.of("a").at(-1)).toMatchObject({ type: "error", error: { code: "shutting_down" } });
  });

  it("is refused without a subprotocol, from a foreign page, and without a key", async () => {
    const server = await serverWith({ apiKeys: ["secret"] });
    const url = `${server.url.replace("http", "ws")}/v1/stream`;
    const json = "tokenmill.v1.json";
    const authorization = "Bearer secret";
    const statusOf = async (socket: WebSocket): Promise<number> => {
      const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
      return response.statusCode;
    };
    expect(await statusOf(new WebSocket(url, json))).toBe(401);
    expect(await statusOf(new WebSocket(url, "other", { headers: { authorization } }))).toBe(400);
    expect(await statusOf(new WebSocket(url, json, { headers: { authorization }, origin: "https://a.example" }))).toBe(
      403,
    );
    expect(await statusOf(new WebSocket(`${url}s`, json, { headers: { authorization } }))).toBe(404);
    const asBrowser = new WebSocket(url, [json, `tokenmill.bearer.${Buffer.from("secret").toString("base64url")}`], {
      origin: server.url,
    });
    await once(asBrowser, "open");
    expect(asBrowser.protocol).toBe(json);
    asBrowser.terminate();
  });
});
