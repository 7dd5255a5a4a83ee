/** Upgrades to WebSocket: path, origin, key and subprotocol are checked before the handshake. */
import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { ApiKeys } from "../http/apiKeys.ts";
import { type Client, clientOf } from "../limits/client.ts";
import { sampleProtocol, serveSamples } from "./sampleSession.ts";
import { serveStream } from "./streamSession.ts";
import { jsonProtocol, msgpackProtocol } from "./wireCodec.ts";

/** Browsers cannot set headers: there a key travels as a subprotocol, this and the key in base64url. */
const keyPrefix = "tokenmill.bearer.";
const heartbeatMs = 30_000;
const mostUnreadBytes = 65_536;

/** @param connection the one below the socket */
type ServeSocket = (context: ServeContext, socket: WebSocket, client: Client, connection: Duplex) => void;

interface Endpoint {
  readonly protocols: readonly string[];
  readonly server: WebSocketServer;
  readonly serve: ServeSocket;
}

export interface SocketAcceptor {
  /** Connections that are open. */
  readonly count: number;
  /** Tells every client that the server goes away. */
  close(): void;
  /** Ends those that are still there. */
  terminate(): void;
}

export function acceptSockets(server: Server, context: ServeContext): SocketAcceptor {
  const { limits, apiKeys } = context.options;
  const endpoint = (protocols: readonly string[], maxPayload: number, serve: ServeSocket): Endpoint => {
    const handleProtocols = (offered: Set<string>): string | false =>
      [...offered].find((name) => protocols.includes(name)) ?? false;
    const options = {
      noServer: true,
      clientTracking: true,
      perMessageDeflate: false,
      maxPayload,
      handleProtocols,
      autoPong: false,
    };
    return { protocols, serve, server: new WebSocketServer(options) };
  };
  // A message is whole before it is looked at: more than a connection's share of memory never is.
  const largestRows = Math.min(limits.sampleBodyLimitBytes, context.quotas.bodyBytes.connectionLimit);
  const endpoints: Readonly<Record<string, Endpoint>> = {
    "/v1/stream": endpoint([jsonProtocol, msgpackProtocol], limits.bodyLimitBytes, serveStream),
    "/v1/sample": endpoint([sampleProtocol], largestRows, serveSamples),
  };
  const keys = new ApiKeys(apiKeys);
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      const { server: sockets, protocols, serve } = endpointOf(endpoints, request);
      checkOrigin(request, context.options.allowedOrigins);
      const offered = offeredProtocols(request);
      const client = clientOf(keys.check(request.headers.authorization ?? keyAmong(offered)), request.socket);
      context.lifecycle.checkServing();
      if (!offered.some((name) => protocols.includes(name))) {
        throw new ApiError(400, `Sec-WebSocket-Protocol expected one of ${protocols.join(", ")}`);
      }
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        // A peer that breaks the protocol is closed by the library; there is nobody else to tell.
        accepted.on("error", () => undefined);
        keepAlive(accepted);
        serve(context, accepted, client, socket);
      });
    } catch (error) {
      refuseUpgrade(socket, toApiError(error));
    }
  });
  const all = Object.values(endpoints);
  return {
    get count() {
      return all.reduce((sum, { server: { clients } }) => sum + clients.size, 0);
    },
    close() {
      for (const { server: sockets } of all) {
        for (const client of sockets.clients) client.close(1001, "the server is shutting down");
        sockets.close();
      }
    },
    terminate() {
      for (const { server: sockets } of all) for (const client of sockets.clients) client.terminate();
    },
  };
}

function endpointOf(endpoints: Readonly<Record<string, Endpoint>>, { url = "/" }: IncomingMessage): Endpoint {
  const path = url.split("?")[0]!;
  if (Object.hasOwn(endpoints, path)) return endpoints[path]!;
  throw new ApiError(404, `there is no WebSocket at ${path}`, { code: "unknown_url" });
}

/** Pages of other origins may not use a visitor's connection: browsers say who asks, and do not stop them themselves. */
function checkOrigin({ headers }: IncomingMessage, allowed: readonly string[]): void {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes(origin) || hostOf(origin) === host) return;
  throw new ApiError(403, `pages of ${origin} may not connect: allow the origin`, { code: "forbidden_origin" });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function offeredProtocols({ headers }: IncomingMessage): string[] {
  return (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
}

function keyAmong(protocols: readonly string[]): string | undefined {
  const encoded = protocols.find((name) => name.startsWith(keyPrefix))?.slice(keyPrefix.length);
  return encoded === undefined ? undefined : `Bearer ${Buffer.from(encoded, "base64url").toString("utf8")}`;
}

function refuseUpgrade(socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(error.body);
  const retry = error.retryAfterSeconds === undefined ? "" : `retry-after: ${error.retryAfterSeconds}\r\n`;
  socket.on("error", () => undefined);
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n${retry}connection: close\r\n\r\n${body}`,
  );
}

/** Ends a connection whose peer answers no ping. */
function keepAlive(socket: WebSocket): void {
  let isAlive = true;
  socket.on("pong", () => (isAlive = true));
  const timer = setInterval(() => {
    // What it says is not read at the moment.
    if (socket.isPaused) return;
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, heartbeatMs);
  socket.on("close", () => clearInterval(timer));
  // Of pings that come together the last is answered (RFC 6455 §5.5.3), and none of a peer that does not read.
  let ping: Buffer | undefined;
  socket.on("ping", (data) => {
    if (ping === undefined) {
      setImmediate(() => {
        if (ping && socket.bufferedAmount < mostUnreadBytes) socket.pong(ping);
        ping = undefined;
      });
    }
    ping = data;
  });
}
