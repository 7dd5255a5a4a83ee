/** Stages that never come back, or end their thread: the request fails, the server does not. */
import { createMsgpackCodec } from "@tokenmill/protocol";
import { expect, it } from "vitest";
import { serverWith } from "./testing/requests.ts";
import { answerTo, type TestServer } from "./testing/testServer.ts";

const moduleOf = (body: string): string =>
  `data:text/javascript,${encodeURIComponent(`export default () => { ${body} }`)}`;
const customStages = {
  loop: moduleOf("for (;;);"),
  exit: moduleOf("process.exit(3);"),
  late: moduleOf('setImmediate(() => { throw new Error("late"); });'),
};
const request = { prompt: "ab", max_tokens: 30, ignore_eos: true, seed: 5 };

const staged = (server: TestServer, name: string) =>
  answerTo(server, "/v1/completions", { ...request, chain: [`custom:${name}`] });

it.each([1, 2])("a lone request with one fails, its neighbours are answered (%d workers)", async (workers) => {
  const server = await serverWith({ workers, customStages, limits: { rowTimeoutMs: 300 } });
  const { body: expected } = await answerTo(server, "/v1/completions", request);
  const textIn = (body: Record<string, unknown>) => (body["choices"] as { text: string }[])[0]!.text;
  const looping = staged(server, "loop");
  const neighbours = Array.from({ length: 5 }, () => answerTo(server, "/v1/completions", request));
  for (const { body } of await Promise.all(neighbours)) expect(textIn(body)).toBe(textIn(expected));
  expect(await looping).toMatchObject({ status: 500, body: { error: { code: "row_timeout" } } });
  expect(await staged(server, "exit")).toMatchObject({ status: 500, body: { error: { code: "worker_lost" } } });
  expect((await staged(server, "late")).status).toBe(200);
});

it("a row of /v1/sample with one fails alone, and its sequence stays where it was", async () => {
  const server = await serverWith({ customStages, sampleVocabSize: 4, limits: { rowTimeoutMs: 300 } });
  const codec = createMsgpackCodec();
  const rows = [
    { sequenceId: 1, open: { chain: ["custom:loop"] } },
    { sequenceId: 2, open: {} },
  ];
  const header = codec.encode({ id: 1, rows });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const response = await fetch(`${server.url}/v1/sample`, {
    method: "POST",
    headers: { "content-type": "application/x-tokenmill-rows" },
    body: Buffer.concat([length, header, Buffer.alloc(2 * 16)]),
  });
  const { results } = codec.decode(new Uint8Array(await response.arrayBuffer())) as { results: unknown[] };
  expect(results).toMatchObject([
    { sequenceId: 1, position: 0, error: { code: "row_timeout" } },
    { sequenceId: 2, position: 0, tokenId: expect.any(Number) as number },
  ]);
});
