/**
 * The floor: `node:http` alone, which writes the streams that the token server writes, a token to each round robin, at most
 * `tokensPerMs` in all. No engine, no validation, no limits; what is no JSON is answered with 400.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Writing {
  readonly response: ServerResponse;
  readonly maxTokens: number;
  index: number;
}

/** About what the engine makes on two cores. */
const tokensPerMs = 28;
/** Time between two looks at the sockets. */
const longestRoundMs = 1;

const writings = new Set<Writing>();
let isRunning = false;
let lastMs = performance.now();

function runRound(): void {
  const nowMs = performance.now();
  const endMs = nowMs + longestRoundMs;
  let due = Math.floor(Math.min(nowMs - lastMs, 100) * tokensPerMs);
  if (due > 0) lastMs = nowMs;
  for (const writing of writings) {
    if (due-- <= 0) break;
    const { response, maxTokens } = writing;
    // Goes to the back of the queue.
    writings.delete(writing);
    const data = `{"id":"cmpl-0123456789abcdef0123456789abcdef","object":"text_completion","created":1795613881,"model":"embedded","choices":[{"index":0,"text":" word","logprobs":null,"finish_reason":null,"token_ids":[1573]}]}`;
    const isTaken = response.write(
      `id: 410754681246709653480237056172193804951327:${writing.index++}\ndata: ${data}\n\n`,
    );
    if (writing.index === maxTokens) response.end("data: [DONE]\n\n");
    else if (isTaken) writings.add(writing);
    else response.once("drain", () => start(writing));
    if (performance.now() > endMs) break;
  }
  isRunning = writings.size > 0;
  if (isRunning) setImmediate(runRound);
}

function start(writing: Writing): void {
  if (writing.response.destroyed) return;
  writings.add(writing);
  if (!isRunning) setImmediate(runRound);
  isRunning = true;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes <= 2 ** 20) return;
    if (!response.headersSent) response.writeHead(413, { connection: "close" }).end();
    request.destroy();
  });
  request.on("error", () => undefined);
  request.on("end", () => {
    try {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { max_tokens?: number; stream?: boolean };
      const maxTokens = body.max_tokens ?? 0;
      if (!body.stream) response.writeHead(400).end();
      else {
        const writing = { response, maxTokens, index: 0 };
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.on("close", () => writings.delete(writing));
        start(writing);
      }
    } catch {
      response.writeHead(400).end();
    }
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () =>
  console.log(`serving on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.once("SIGTERM", () => process.exit());
