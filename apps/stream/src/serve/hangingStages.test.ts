/** Stages that never come back, or end their thread: the request fails, the server does not. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createMsgpackCodec } from "@tokenmill/protocol";
import { expect, it, onTestFinished } from "vitest";
import { serverWith } from "../testing/serve/requests.ts";
import { answerTo, type TestServer } from "../testing/serve/testServer.ts";

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

it("SIGTERM ends the program although every worker hangs", async () => {
  const program = join(import.meta.dirname, "../../bin/tokenmill.js");
  const flags = [
    "--source",
    "synthetic",
    "--vocab-size",
    "100",
    "--port",
    "0",
    "--workers",
    "2",
    "--shutdown-timeout",
    "2",
  ];
  const child: ChildProcess = spawn(
    process.execPath,
    [program, "serve", "--json", "--stage", `loop=${customStages.loop}`, ...flags],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const [greeting] = (await once(child.stdout!, "data")) as [Buffer];
  const { url } = JSON.parse(greeting.toString()) as { url: string };
  const hanging = Array.from({ length: 3 }, () =>
    fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: [1], max_tokens: 5, chain: ["custom:loop"] }),
    }).then(
      ({ status }) => status,
      () => 0,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
  for (const status of await Promise.all(hanging)) expect([0, 503]).toContain(status);
});
