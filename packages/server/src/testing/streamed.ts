/** One sequence over `/v1/stream`, to its end. */
import { on } from "node:events";
import { WebSocket } from "ws";
import type { TestServer } from "./testServer.ts";

interface Message {
  type: string;
  seed?: number | string;
  event?: { text: string; usage?: object };
}

/** @param request as JSON text. @throws Error with the message that the server refuses it with */
export async function streamed(server: TestServer, request: string): Promise<{ seed: unknown; text: string }> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`, "tokenmill.v1.json");
  socket.on("open", () => socket.send(`{"type": "open", "id": "a", "request": ${request}}`));
  let seed: unknown;
  let text = "";
  try {
    for await (const [data] of on(socket, "message") as AsyncIterable<[Buffer]>) {
      const message = JSON.parse(data.toString()) as Message;
      if (message.type === "error") throw new Error(data.toString());
      if (message.type === "opened") ({ seed } = message);
      text += message.event?.text ?? "";
      if (message.event?.usage) break;
    }
    return { seed, text };
  } finally {
    socket.terminate();
  }
}
