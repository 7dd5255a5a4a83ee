/** Many streams at a time: what they give, and what clients that are slow, gone or cut off do to the others. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { completions, serverWith } from "./testing/requests.ts";
import { answerTo, offline, parseSse, post, startServer, type TestServer, until } from "./testing/testServer.ts";

const long = { prompt: "ab", max_tokens: 16_000, ignore_eos: true, stream: true };
/** About 16 MB: more than the socket buffers of both sides hold. */
const bulky = { ...long, logprobs: 20, return_token_ids: true };

/** A stream whose response can be left unread. */
function openStream(server: TestServer, body: object): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const request = httpRequest(
      `${server.url}${completions}`,
      { method: "POST", headers, agent: false },
      (response) => {
        resolve({ request, response });
      },
    );
    request.on("error", reject);
    request.end(JSON.stringify(body));
  });
}

/** Resolves when the response is over, well or not. */
function closeOf(response: IncomingMessage): Promise<void> {
  response.on("error", () => undefined);
  return new Promise((resolve) => response.on("close", resolve));
}

/** Token ids of a stream with return_token_ids, in order of its event ids. */
function tokenIds(text: string): number[] {
  const messages = parseSse(text).filter(({ id }) => id !== undefined);
  const indices = messages.map(({ id }) => Number(id!.split(":")[1]));
  expect(indices).toEqual(indices.map((_, i) => i));
  return messages.flatMap(
    ({ data }) => (JSON.parse(data) as { choices: [{ token_ids: number[] }] }).choices[0].token_ids,
  );
}

describe("200 streams at a time", () => {
  it("give each the tokens of the offline run with its seed", async () => {
    const server = await serverWith({ workers: 2 });
    const run = async (i: number): Promise<number[]> => {
      const body = {
        prompt: "ab",
        max_tokens: 40,
        ignore_eos: true,
        seed: 7,
        sequence_id: i,
        stream: true,
        return_token_ids: true,
      };
      return tokenIds(await (await post(server, completions, body)).text());
    };
    const streams = await Promise.all(Array.from({ length: 200 }, (_, i) => run(i)));
    for (const [i, tokens] of streams.entries()) {
      const events = await offline(server, { prompt: "ab", maxTokens: 40, ignoreEos: true, seed: 7, sequenceId: i });
      expect(tokens).toEqual(events.map(({ tokenId }) => tokenId));
    }
    expect(new Set(streams.map(String)).size).toBe(200);
  });
});

describe("a client that stops reading", () => {
  it("pauses its own sequence, gets everything when it reads on, and holds up nobody", async () => {
    const server = await serverWith();
    const { response } = await openStream(server, { ...bulky, seed: 3 });
    response.pause();
    // Its sequence stands still when socket buffers are full.
    let tokens = -1;
    await until(() => {
      const isStill =
        server.engine.stats().tokens === tokens && server.engine.stats().ready + server.engine.stats().active === 0;
      tokens = server.engine.stats().tokens;
      return isStill;
    }, "the sequence is paused");
    expect(server.engine.stats().open).toBe(1);
    expect(tokens).toBeLessThan(16_000);
    expect((await answerTo(server, completions, { prompt: "ab", max_tokens: 500, ignore_eos: true })).status).toBe(200);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    const events = await offline(server, {
      prompt: "ab",
      maxTokens: 16_000,
      ignoreEos: true,
      seed: 3,
      randomStreamId: 0,
    });
    expect(tokenIds(text)).toEqual(events.map(({ tokenId }) => tokenId));
  });

  it("is cut off after the stall timeout", async () => {
    const server = await serverWith({ limits: { stallTimeoutMs: 200 } });
    const { response } = await openStream(server, bulky);
    response.pause();
    const closed = closeOf(response);
    await until(() => server.engine.stats().cancelled === 1, "the sequence is cancelled");
    response.resume();
    await closed;
    expect(response.complete).toBe(false);
  });
});

describe("100 clients that vanish", () => {
  it("leave nothing open, and the streams beside them whole", async () => {
    const server = await serverWith();
    const body = { ...long, max_tokens: 300, seed: 4, return_token_ids: true };
    const healthy = Array.from({ length: 5 }, async (_, i) =>
      tokenIds(await (await post(server, completions, { ...body, sequence_id: i })).text()),
    );
    const vanishing = Array.from({ length: 100 }, async (_, i) => {
      const { request, response } = await openStream(server, { ...long, n: (i % 3) + 1 });
      response.once("data", () => request.destroy());
      await closeOf(response);
    });
    await Promise.all(vanishing);
    for (const [i, tokens] of (await Promise.all(healthy)).entries()) {
      const events = await offline(server, { prompt: "ab", maxTokens: 300, ignoreEos: true, seed: 4, sequenceId: i });
      expect(tokens).toEqual(events.map(({ tokenId }) => tokenId));
    }
    await until(() => server.engine.stats().open === 0, "the sequences are gone");
    const { freeSlots, active } = server.engine.stats();
    expect([freeSlots, active]).toEqual([32, 0]);
  });
});

describe("shutdown", () => {
  it("lets open streams end, and refuses new ones with 503 meanwhile", async () => {
    const server = await startServer({ limits: { shutdownTimeoutMs: 60_000 } });
    const { response } = await openStream(server, bulky);
    response.pause();
    const closing = server.close();
    const { status, headers, body } = await answerTo(server, completions, { prompt: "a" });
    expect([status, headers.get("retry-after")]).toEqual([503, "60"]);
    expect(body["error"]).toMatchObject({ type: "server_error", code: "shutting_down" });
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    await closing;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow("fetch failed");
  });

  it("cuts streams at the deadline and tells them why", async () => {
    const server = await startServer({ limits: { shutdownTimeoutMs: 100, maxContextTokens: 4_000_000 } });
    const { response } = await openStream(server, { ...long, max_tokens: 3_000_000 });
    const closing = server.close();
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    await closing;
    const last = JSON.parse(parseSse(text).at(-1)!.data) as object;
    expect(last).toMatchObject({ error: { type: "server_error", code: "shutting_down" } });
  });
});
