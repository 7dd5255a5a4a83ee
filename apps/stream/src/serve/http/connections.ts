/**
 * The HTTP connections that are open. Node's own `closeIdleConnections` takes one for idle whose response has ended but
 * is not sent yet, and cuts it; here a connection is idle when its responses have left the process.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";

export class Connections {
  /** Responses under way by connection; those that became WebSockets are not here. */
  readonly #responses: Map<Socket, number> = new Map();

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => {
      this.#responses.set(socket, 0);
      socket.on("close", () => this.#responses.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      response.on("close", () => this.#count(socket, -1));
    });
    server.on("upgrade", ({ socket }) => this.#responses.delete(socket));
  }

  get size(): number {
    return this.#responses.size;
  }

  closeIdle(): void {
    for (const [socket, count] of this.#responses) if (count === 0) socket.destroy();
  }

  #count(socket: Socket, change: number): void {
    const count = this.#responses.get(socket);
    if (count !== undefined) this.#responses.set(socket, count + change);
  }
}
