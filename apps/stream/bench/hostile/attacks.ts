/** What one client may do to stop others, by name: each goes on until the run is over. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { count, localAddress, open, port, post, run } from "./wire.ts";

const megabyte = 1_000_000;
const prompt = "Fellow citizens";

/** So many clients, each anew when it is done. */
function clients(many: number, one: () => Promise<void>): void {
  const again = async (): Promise<void> => {
    while (!run.isOver) {
      await one().catch(() => undefined);
      // One that is refused at once does not ask again at once.
      await sleep(10);
    }
  };
  for (let i = 0; i < many; i++) void again();
}

/** A request whose answer is read to its end. */
async function ask(kind: string, body: object): Promise<void> {
  const socket = await open(kind);
  post(socket, JSON.stringify(body), "connection: close\r\n");
  socket.resume();
  await once(socket, "close");
}

async function webSocket(kind: string, onOpen: (socket: WebSocket) => Promise<void> | void): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, "tokenmill.v1.json", { localAddress });
  socket.on("error", () => undefined);
  socket.on("close", (code) => count(kind, String(code)));
  await once(socket, "open");
  await onOpen(socket);
  if (socket.readyState !== WebSocket.CLOSED) await once(socket, "close");
}

/** The text again and again, as fast as it is taken. */
function flood(kind: string, text: string): Promise<void> {
  return webSocket(kind, async (socket) => {
    socket.send(JSON.stringify({ type: "open", id: "a", credits: 0, request: { prompt, maxTokens: 16 } }));
    while (!run.isOver && socket.readyState === WebSocket.OPEN) {
      const burst = Math.max(1, Math.floor(65_536 / text.length));
      for (let i = 1; i < burst; i++) socket.send(text);
      await new Promise<void>((resolve) => socket.send(text, () => resolve()));
    }
  });
}

const stream = { prompt, max_tokens: 15_000, ignore_eos: true, stream: true };

export const attacks: Readonly<Record<string, () => void>> = {
  hungStage: () => clients(2, () => ask("hungStage", { ...stream, chain: ["custom:hang"] })),
  slowStage: () => clients(4, () => ask("slowStage", { ...stream, chain: ["custom:slow"] })),
  slowSource: () => clients(4, () => ask("slowSource", { ...stream, prompt: [0] })),
  synthId: () => clients(4, () => ask("synthId", { ...stream, synth_id_depth: 128 })),
  largeBodies: () => {
    const ids = Array.from({ length: 150_000 }, (_, i) => i % 50_000);
    clients(16, () => ask("largeBodies", { prompt: ids }));
    clients(16, () => ask("largeBodies", { prompt, max_tokens: 1, user: "u".repeat(megabyte) }));
  },
  promised: () => {
    const head = "POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n";
    clients(250, async () => {
      const socket = await open("promised");
      socket.write(`${head}content-length: ${megabyte}\r\n\r\n`);
      await once(socket, "close");
    });
    clients(250, async () => {
      const socket = await open("promised");
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
      await once(socket, "close");
    });
  },
  smallMessages: () => clients(8, () => flood("smallMessages", '{"type":"credit","id":"b","credits":1}')),
  largeMessages: () => clients(4, () => flood("largeMessages", `{"type":"credit","id":"${"b".repeat(megabyte)}"}`)),
  pings: () =>
    clients(8, () =>
      webSocket("pings", async (socket) => {
        while (!run.isOver && socket.readyState === WebSocket.OPEN) {
          for (let i = 0; i < 5000; i++) socket.ping();
          await sleep(1);
        }
      }),
    ),
  zeroCredits: () =>
    clients(16, () =>
      webSocket("zeroCredits", (socket) => {
        for (let i = 0; i < 500; i++) {
          socket.send(JSON.stringify({ type: "open", id: `${i}`, credits: 0, request: { prompt, maxTokens: 16_000 } }));
        }
      }),
    ),
  unread: () => {
    clients(10, async () => {
      const socket = await open("unread");
      post(socket, JSON.stringify({ prompt, n: 12, max_tokens: 500, ignore_eos: true, logprobs: 20 }));
      await once(socket, "data");
      socket.pause();
      await once(socket, "close");
    });
  },
  requests: () => clients(16, () => ask("requests", { prompt, max_tokens: 1, top_pp: 1 })),
  grammars: () => {
    let i = 0;
    clients(4, () => ask("grammars", { prompt, max_tokens: 30, guided_regex: `^.*${i++}a.{8}$` }));
  },
};
