/** Parameters without effect are named at every door. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { completions } from "./testing/requests.ts";
import { SocketClient } from "./testing/socketClient.ts";
import { post, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const header = "x-tokenmill-unused-params";

it.each([false, true])(
  "an answer names the fields without effect, as they were spelled, stream: %s",
  async (stream) => {
    const body = { prompt: [1], max_tokens: 1, seed: 1, stream };
    const left = { profile: "llama.cpp", mirostat: 2, top_k: 5, minP: 0.3 };
    expect((await post(server, completions, { ...body, ...left })).headers.get(header)).toBe("top_k, minP");
    const off = { mirostat_tau: 4, dry_base: 2, mirostat_eta: 0.1, min_tokens: 1 };
    expect((await post(server, completions, { ...body, ...off })).headers.get(header)).toBe("dry_base, mirostat_tau");
    expect((await post(server, completions, { ...body, top_k: 5 })).headers.get(header)).toBeNull();
  },
);

it("an opened message names the fields without effect", async () => {
  const client = await SocketClient.connect(server, "tokenmill.v1.json");
  const request = { prompt: [1], maxTokens: 1, topK: 5 };
  client.say({ type: "open", id: "a", request: { ...request, profile: "llama.cpp", mirostat: 2 } });
  client.say({ type: "open", id: "b", request });
  await Promise.all([client.ended("a"), client.ended("b")]);
  expect(client.of("a")[0]).toMatchObject({ type: "opened", unusedParams: ["topK"] });
  expect(client.of("b")[0]).not.toHaveProperty("unusedParams");
});
