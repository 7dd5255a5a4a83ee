/** What tests of `/v1/sample` send. */
import { createMsgpackCodec, type MsgpackCodec } from "@tokenmill/protocol";
import { onTestFinished } from "vitest";
import { plainSource, startServer, type TestOptions, type TestServer } from "./testServer.ts";

/** Of the servers that `rowServerWith` starts. */
export const vocabSize = 500;
export const codec: MsgpackCodec = createMsgpackCodec();

export async function rowServerWith(options: TestOptions = {}): Promise<TestServer> {
  const server = await startServer({ source: plainSource(), sampleVocabSize: vocabSize, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** A row that depends on its numbers only. */
export function rowOf(sequence: number, position: number): Float32Array {
  return Float32Array.from({ length: vocabSize }, (_, id) => 3 * Math.sin(id * 1.7 + sequence * 0.3 + position));
}

export function bodyOf(header: object, rows: readonly ArrayBufferView[]): Buffer {
  const encoded = codec.encode(header);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(encoded.length);
  return Buffer.concat([
    length,
    encoded,
    ...rows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ]);
}

export interface Result {
  sequenceId: number;
  position: number;
  tokenId?: number;
  logprob?: number;
  topLogprobs?: { tokenId: number; logprob: number }[];
  finishReason?: string;
  error?: { code: string; message: string };
}

export async function send(
  server: TestServer,
  body: Buffer,
): Promise<{ status: number; results: Result[]; error?: { message: string; code: string } }> {
  const headers = { "content-type": "application/x-tokenmill-rows" };
  const response = await fetch(`${server.url}/v1/sample`, { method: "POST", headers, body: new Uint8Array(body) });
  if (!response.headers.get("content-type")!.includes("msgpack")) {
    return { status: response.status, results: [], ...((await response.json()) as object) };
  }
  const answer = codec.decode(new Uint8Array(await response.arrayBuffer())) as { results: Result[] };
  return { status: response.status, ...answer };
}
