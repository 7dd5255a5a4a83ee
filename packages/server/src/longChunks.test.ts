/** Streams whose first event is a long prompt with its scores: it is sent in pieces, and what comes in between waits for its end. */
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { expect, it } from "vitest";
import { completions, serverWith } from "./testing/requests.ts";
import { letterSource, letterTokenizer, parseSse, type TestServer } from "./testing/testServer.ts";

const scored = { prompt: "a".repeat(14_000), max_tokens: 3, echo: true, logprobs: 5, stream: true };

/** The response, when the first bytes of it have come, which are not read on. */
async function begin({ url }: TestServer): Promise<{ response: IncomingMessage; first: string }> {
  const request = httpRequest(`${url}${completions}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  request.end(JSON.stringify(scored));
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "readable");
  return { response, first: (response.read() as Buffer).toString() };
}

async function rest(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

const idIn = (first: string): string => /"id":"(cmpl-\w+)"/.exec(first)![1]!;

async function stop({ url }: TestServer, id: string): Promise<void> {
  const answer = await fetch(`${url}/v1/streams/${id}`, { method: "DELETE" });
  expect(await answer.json()).toEqual({ id, stopped: true });
}

it("a stream that is stopped meanwhile says so behind the whole of it", async () => {
  const server = await serverWith();
  const { response, first } = await begin(server);
  const id = idIn(first);
  await stop(server, id);
  const events = parseSse(first + (await rest(response))).map(({ data }) => JSON.parse(data) as object);
  expect(events[0]).toMatchObject({ id, choices: [{ logprobs: { tokens: { length: 14_000 } } }] });
  expect(events.at(-1)).toMatchObject({ error: { code: "stream_stopped" } });
  expect(server.engine.stats().open).toBe(0);
});

it.each([
  [false, "internal_error"],
  [true, undefined],
])("one that cannot be made any further ends, and the server goes on (stopped before: %s)", async (isStopped, code) => {
  let isBroken = false;
  const tokenBytes = (tokenId: number): Uint8Array => {
    if (isBroken) throw new Error("planted tokenizer error");
    return letterTokenizer.tokenBytes(tokenId);
  };
  const server = await serverWith({ source: { ...letterSource(), tokenizer: { ...letterTokenizer, tokenBytes } } });
  const { response, first } = await begin(server);
  if (isStopped) await stop(server, idIn(first));
  isBroken = true;
  const events = parseSse(first + (await rest(response)));
  expect(/"code":"(\w+)"/.exec(events.at(-1)!.data)?.[1]).toBe(code);
  isBroken = false;
  expect(server.engine.stats().open).toBe(0);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});
