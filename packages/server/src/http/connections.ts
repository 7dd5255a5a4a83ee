/**
 * The connections that are open, HTTP and WebSocket. Node's own `closeIdleConnections` takes one for idle whose response has
 * ended but is not sent yet, and cuts it; here a connection is idle when its responses have left the process. One whose
 * bytes nobody takes for the stall timeout is cut, whatever they are: an event, a whole answer, an error. Of an app around
 * this one, only connections with an answer of ours are looked at, as long as they have one.
 */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { atEnd } from "../answers/atEnd.ts";
import { Unread } from "./unread.ts";

interface Connection {
  /** Responses that are not at their end; undefined: it became a WebSocket. */
  responses: number | undefined;
  /** Whether it is looked at while nothing is asked for. */
  readonly isOwn: boolean;
  readonly onClose: () => void;
  readonly unread: Unread;
}

export class Connections {
  readonly #connections: Map<Socket, Connection> = new Map();
  readonly #sweep: NodeJS.Timeout;

  constructor(stallTimeoutMs: number) {
    const everyMs = Math.min(5000, Math.max(10, stallTimeoutMs / 8));
    this.#sweep = setInterval(() => this.#cutStalled(stallTimeoutMs), everyMs).unref();
  }

  /** All of a server that nobody else uses. */
  watchServer(server: Server): void {
    server.on("connection", (socket: Socket) => this.#add(socket, true));
    server.on("request", (_request, response) => this.#began(response));
  }

  /** Those with a response of a scope's routes. */
  watchScope(app: FastifyInstance): void {
    app.addHook("onRequest", async (_request, reply) => this.#began(reply.raw));
  }

  /** It has no responses any more, and is here until it closes. */
  becameSocket(socket: Socket): void {
    (this.#connections.get(socket) ?? this.#add(socket, false)).responses = undefined;
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

  #add(socket: Socket, isOwn: boolean): Connection {
    const onClose = (): void => void this.#connections.delete(socket);
    const connection: Connection = { responses: 0, isOwn, onClose, unread: new Unread(socket) };
    this.#connections.set(socket, connection);
    socket.once("close", onClose);
    return connection;
  }

  #began(response: ServerResponse): void {
    const { socket } = response.req;
    const connection = this.#connections.get(socket) ?? this.#add(socket, false);
    if (connection.responses !== undefined) connection.responses++;
    atEnd(response, () => {
      if (connection.responses === undefined || --connection.responses > 0 || connection.isOwn) return;
      socket.off("close", connection.onClose);
      this.#connections.delete(socket);
    });
  }
}
