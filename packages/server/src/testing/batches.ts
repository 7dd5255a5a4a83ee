/** Servers that keep files, and batches as OpenAI's client makes them. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { onTestFinished } from "vitest";
import { startServer, type TestOptions, type TestServer, until } from "./testServer.ts";

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "tokenmill-files-"));

export async function start(files: string, options: TestOptions = {}): Promise<{ server: TestServer; client: OpenAI }> {
  const server = await startServer({ files, ...options });
  onTestFinished(() => server.close());
  return { server, client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "key", maxRetries: 0 }) };
}

export const request = (i: number, body: object = {}): string =>
  JSON.stringify({
    custom_id: `r${i}`,
    method: "POST",
    url: "/v1/completions",
    body: { prompt: `line ${i}`, max_tokens: 12, ...body },
  });
export const linesOf = (count: number, body?: object): string[] =>
  Array.from({ length: count }, (_, i) => request(i, body));
export const upload = (client: OpenAI, lines: readonly string[]): Promise<OpenAI.FileObject> =>
  toFile(Buffer.from(lines.join("\n")), "in.jsonl").then((file) => client.files.create({ file, purpose: "batch" }));
export const begin = (client: OpenAI, input_file_id: string): Promise<OpenAI.Batch> =>
  client.batches.create({ input_file_id, endpoint: "/v1/completions", completion_window: "24h" });
export const textOf = async (client: OpenAI, id: string): Promise<string> => (await client.files.content(id)).text();

export async function ended(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  let batch = await client.batches.retrieve(id);
  await until(async () => {
    batch = await client.batches.retrieve(id);
    return ["completed", "failed", "cancelled", "expired"].includes(batch.status);
  }, "the batch has ended");
  return batch;
}
