/**
 * What becomes of requests that ask for an upgrade. Node passes every one to the "upgrade" event once somebody listens to it,
 * whatever it asks for and wherever it goes; but an upgrade that a server does not want is to be ignored (RFC 9110 §7.8):
 * `Upgrade: h2c`, which Java's client and `curl --http2` send, is an ordinary request, and goes back to the server without the
 * header. Where somebody else listens too, what is not for a path of ours may be theirs.
 */
import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import { pathOf } from "../access/hostRule.ts";

/** An upgrade on its way through the router. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Of each server there is one, however many scopes have WebSockets there. */
const ofServers = new WeakMap<Server, Upgrades>();

export class Upgrades {
  readonly #paths = new Set<string>();
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>();

  private constructor(app: FastifyInstance) {
    const { server } = app;
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // A peer that is gone has nobody to tell.
      socket.on("error", () => undefined);
      // After a refusal the client goes; Node keeps its half of an upgraded connection open.
      socket.on("end", () => socket.end());
      const isAlone = server.listenerCount("upgrade") === 1;
      if (!asksForWebSocket(request)) {
        if (isAlone) goOn(server, request, socket, head);
        return;
      }
      if (!isAlone && !this.#paths.has(decodedPath(request))) return;
      this.#upgrades.set(request, { socket, head });
      // @fastify/websocket passes every upgrade through the router itself.
      if (!app.hasDecorator("websocketServer")) route(app, request, socket);
    });
  }

  static of(app: FastifyInstance): Upgrades {
    let upgrades = ofServers.get(app.server);
    if (!upgrades) ofServers.set(app.server, (upgrades = new Upgrades(app)));
    return upgrades;
  }

  /** Upgrades to that path are the router's. */
  add(path: string): void {
    this.#paths.add(path);
  }

  /** Undefined: the request came without one. */
  get(request: IncomingMessage): Upgrade | undefined {
    return this.#upgrades.get(request);
  }
}

/** RFC 6455 §4.1: a GET whose list of protocols names it. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  const protocols = (headers.upgrade ?? "").split(",").map((name) => name.trim().toLowerCase());
  return method === "GET" && protocols.includes("websocket");
}

/** As the router matches it. */
function decodedPath({ url = "" }: IncomingMessage): string {
  const path = pathOf(url).split("?")[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Through router and hooks, as any other request. */
function route(app: FastifyInstance, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on("finish", () => socket.end());
  app.routing(request, response);
}

/** The request again, as one that asks for nothing; the server reads it, and what comes after it, from the connection. */
function goOn(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = rawHeaders.slice(i, i + 2) as [string, string];
    if (name.toLowerCase() !== "upgrade") lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("encrypted" in socket ? "secureConnection" : "connection", socket);
}
