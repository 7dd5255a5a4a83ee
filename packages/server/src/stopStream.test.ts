/** Streams that are stopped by their ids. */
import { expect, it } from "vitest";
import { completions, errorOf, seeded, serverWith } from "./testing/requests.ts";
import { parseSse, post, type TestServer } from "./testing/testServer.ts";

const long = { ...seeded, stream: true, max_tokens: 1_000_000 };
const keys = { limits: { maxContextTokens: 2 ** 21 }, apiKeys: ["one", "two"] };
const auth = (key: string) => ({ authorization: `Bearer ${key}` });

const stop = (server: TestServer, id: string, key: string) =>
  fetch(`${server.url}/v1/streams/${encodeURIComponent(id)}`, { method: "DELETE", headers: auth(key) });

/** An open stream: its first event, and what comes of the rest. */
async function open(server: TestServer) {
  const reader = (await post(server, completions, long, auth("one"))).body!.getReader();
  const decoder = new TextDecoder();
  const [first] = parseSse(decoder.decode((await reader.read()).value));
  const rest = async (): Promise<string> => {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text = (text + decoder.decode(value)).slice(-2000);
    }
  };
  return { eventId: first!.id!, id: (JSON.parse(first!.data) as { id: string }).id, rest };
}

it.each(["id", "eventId"] as const)("a stream is stopped by its %s, and its client is told", async (name) => {
  const server = await serverWith(keys);
  const stream = await open(server);
  expect((await stop(server, stream[name], "one")).status).toBe(200);
  const last = parseSse(await stream.rest()).at(-1)!;
  expect(errorOf(JSON.parse(last.data) as Record<string, unknown>)).toMatchObject({ code: "stream_stopped" });
  expect(server.engine.stats().open).toBe(0);
  const again = await stop(server, stream[name], "one");
  expect(again.status).toBe(404);
  expect(errorOf((await again.json()) as Record<string, unknown>)).toMatchObject({
    code: "stream_not_found",
    param: "id",
  });
});

it("a stream is not stopped with another key, nor what is none", async () => {
  const server = await serverWith(keys);
  const stream = await open(server);
  for (const id of [stream.id, stream.eventId, "cmpl-1", "1:2:3", "%"]) {
    expect((await stop(server, id, "two")).status).toBe(404);
  }
  expect(server.engine.stats().open).toBe(1);
  await stop(server, stream.id, "one");
  await stream.rest();
});
