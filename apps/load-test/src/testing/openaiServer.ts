/** A real HTTP server of the OpenAI shape that misbehaves as it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface ServerBehaviour {
  /** Before each token. */
  readonly tokenMs?: number;
  /** Time until the first byte of request number n, counted from 0. */
  readonly delayMs?: (n: number) => number;
  /** Every `everyMs` nothing is answered for `stallMs`. */
  readonly stall?: { readonly everyMs: number; readonly stallMs: number };
  /** Answers instead of the normal one. */
  readonly answer?: (n: number, response: ServerResponse) => boolean;
}

export interface TestServer {
  readonly url: string;
  readonly bodies: Record<string, unknown>[];
  /** Requests whose connection closed before the answer's end. */
  readonly aborted: number;
  /** Closes each connection as soon as it was idle for that long, without telling the client. */
  closeIdle(afterMs: number): void;
  close(): Promise<void>;
}

export async function startServer(behaviour: ServerBehaviour = {}): Promise<TestServer> {
  const bodies: Record<string, unknown>[] = [];
  const startMs = performance.now();
  let aborted = 0;
  let requests = 0;
  const unstalled = async (): Promise<void> => {
    const { stall } = behaviour;
    if (!stall) return;
    const phaseMs = (performance.now() - startMs) % stall.everyMs;
    const stallFromMs = stall.everyMs - stall.stallMs;
    if (phaseMs >= stallFromMs) await sleep(stall.everyMs - phaseMs);
  };
  const server: Server = createServer((request, response) => {
    if (request.method === "GET") {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ data: [{ id: "test-model" }] }));
      return;
    }
    const n = requests++;
    response.on("close", () => void (response.writableEnded || aborted++));
    void bodyOf(request).then(async (body) => {
      bodies.push(body);
      if (behaviour.answer?.(n, response)) return;
      await sleep(behaviour.delayMs?.(n) ?? 0);
      await unstalled();
      await answer(request.url!.includes("chat"), body, response, behaviour.tokenMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    get aborted() {
      return aborted;
    },
    closeIdle: (afterMs) => {
      const idle = new WeakMap<object, NodeJS.Timeout>();
      server.on("request", ({ socket }, response) => {
        clearTimeout(idle.get(socket));
        response.on("finish", () =>
          idle.set(
            socket,
            setTimeout(() => socket.resetAndDestroy(), afterMs),
          ),
        );
      });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  isChat: boolean,
  body: Record<string, unknown>,
  response: ServerResponse,
  tokenMs: number,
): Promise<void> {
  const tokens = body["max_tokens"] as number;
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 };
  const choice = (text: string, finish_reason: string | null): object =>
    isChat ? { index: 0, delta: { content: text }, finish_reason } : { index: 0, text, finish_reason };
  if (!body["stream"]) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        choices: [isChat ? { message: { content: "x" }, finish_reason: "length" } : choice("x", "length")],
        usage,
      }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let i = 0; i < tokens && !response.destroyed; i++) {
    if (tokenMs > 0) await sleep(tokenMs);
    response.write(`data: ${JSON.stringify({ choices: [choice(" t", i + 1 === tokens ? "length" : null)] })}\n\n`);
  }
  if (body["stream_options"]) response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
}
