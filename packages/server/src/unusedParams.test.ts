import { afterAll, beforeAll, expect, it } from "vitest";
import { completions } from "./testing/requests.ts";
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
    expect((await post(server, completions, { ...body, top_k: 5 })).headers.get(header)).toBeNull();
  },
);
