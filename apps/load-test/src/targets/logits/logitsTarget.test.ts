import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Packr } from "msgpackr";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../testing/run.ts";

interface Header {
  readonly dtype: string;
  readonly rows: { sequenceId: number; position: number; open?: { maxTokens: number; topK?: number } }[];
}

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** A server that keeps positions and refuses what does not follow. */
async function sampleServer(vocabSize: number, bytesPerElement: number): Promise<{ url: string; rows: () => number }> {
  const positions = new Map<number, number>();
  const longest = new Map<number, number>();
  let rows = 0;
  const answerTo = (body: Buffer): object => {
    const headerBytes = body.readUInt32LE(0);
    const header = packr.unpack(body.subarray(4, 4 + headerBytes)) as Header;
    if (body.length !== 4 + headerBytes + header.rows.length * vocabSize * bytesPerElement) return { results: [] };
    return {
      results: header.rows.map(({ sequenceId, position, open }) => {
        if (open) longest.set(sequenceId, open.maxTokens);
        const expected = open ? 0 : (positions.get(sequenceId) ?? -1) + 1;
        if (position !== expected)
          return { sequenceId, error: { code: "position_mismatch", message: `expected ${expected}` } };
        positions.set(sequenceId, position);
        rows++;
        return {
          sequenceId,
          position,
          tokenId: 1,
          ...(position + 1 === longest.get(sequenceId) && { finishReason: "length" }),
        };
      }),
    };
  };
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () =>
      response
        .writeHead(200, { "content-type": "application/x-msgpack" })
        .end(packr.pack(answerTo(Buffer.concat(chunks)))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, rows: () => rows };
}

describe("logits target", () => {
  it.each([
    ["f32", 4],
    ["bf16", 2],
  ] as const)(
    "%s: 6 requests of 3 sequences send each of 5 rows in order, and every row is counted",
    async (dtype, size) => {
      const server = await sampleServer(1000, size);
      const { report } = await run({
        target: { type: "logits", url: server.url, vocabSize: 1000, dtype, batchSize: 3 },
        load: { mode: "closed", concurrency: 2 },
        requests: { maxTokens: 5 },
        count: 6,
      });
      expect(report.errors).toEqual({});
      expect(report.counts.completed).toBe(6);
      expect(server.rows()).toBe(90);
      expect(report.slices.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(90);
      expect(report.metrics.itl.count).toBe(24);
    },
  );

  it("a row that the server refuses fails its request by the server's code", async () => {
    // The server expects rows of another length.
    const server = await sampleServer(999, 4);
    const { report } = await run({ target: { type: "logits", url: server.url, vocabSize: 1000 }, count: 2 });
    expect(report.errors).toMatchObject({ bad_answer: { count: 2 } });
  });
});
