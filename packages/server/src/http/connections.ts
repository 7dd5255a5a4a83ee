/**
 * The connections that are open, HTTP and WebSocket. Node's own `closeIdleConnections` takes one for idle whose response has
 * ended but is not sent yet, and cuts it; here a connection is idle when its responses have left the process. One whose
 * bytes nobody takes for the stall timeout is cut, whatever they are: an event, a whole answer, an error.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { atEnd } from "../answers/atEnd.ts";
import { Unread } from "./unread.ts";

interface Connection {
  /** Responses that are not at their end; undefined: it became a WebSocket. */
  responses: number | undefined;
  readonly unread: Unread;
}

export class Connections {
  readonly #connections: Map<Socket, Connection> = new Map();
  readonly #sweep: NodeJS.Timeout;

  constructor(server: Server, stallTimeoutMs: number) {
    server.on("connection", (socket: Socket) => {
      this.#connections.set(socket, { responses: 0, unread: new Unread(socket) });
      socket.on("close", () => this.#connections.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      atEnd(response, () => this.#count(socket, -1));
    });
    server.on("upgrade", ({ socket }) => {
      const connection = this.#connections.get(socket);
      if (connection) connection.responses = undefined;
    });
    const everyMs = Math.min(5000, Math.max(10, stallTimeoutMs / 8));
    this.#sweep = setInterval(() => this.#cutStalled(stallTimeoutMs), everyMs).unref();
  }

  /** HTTP connections. */
  get size(): number {
    let size = 0;
    for (const { responses } of this.#connections.values()) if (responses !== undefined) size++;
    return size;
  }

  closeIdle(): void {
    for (const [socket, { responses }] of this.#connections) if (responses === 0) socket.destroy();
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  #cutStalled(stallTimeoutMs: number): void {
    const nowMs = performance.now();
    for (const [socket, { unread }] of this.#connections) {
      if (unread.stalledMs(nowMs) >= stallTimeoutMs) socket.destroy();
    }
  }

  #count(socket: Socket, change: number): void {
    const connection = this.#connections.get(socket);
    if (connection?.responses !== undefined) connection.responses += change;
  }
}
