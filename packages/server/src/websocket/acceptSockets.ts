/**
 * WebSockets as routes: an upgrade is a GET that goes through the same router, hooks and error form as any other request,
 * so host, key and request id are checked and said in one place. Here origin and subprotocol are looked at besides.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type WebSocket, WebSocketServer } from "ws";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { answerClientError } from "../http/clientError.ts";
import type { Connections } from "../http/connections.ts";
import { OriginRule } from "../access/originRule.ts";
import { offeredProtocols } from "../access/subprotocols.ts";
import { type Client, clientOf } from "../limits/client.ts";
import type { Operation } from "../openapi/operation.ts";
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import { sampleProtocol, serveSamples } from "./sampleSession.ts";
import { serveStream } from "./streamSession.ts";
import { asksForWebSocket, Upgrades } from "./upgrades.ts";
import { jsonProtocol, msgpackProtocol } from "./wireCodec.ts";

const heartbeatMs = 30_000;
const mostUnreadBytes = 65_536;

/** @param connection the one below the socket */
type ServeSocket = (context: ServeContext, socket: WebSocket, client: Client, connection: Duplex) => void;

export interface SocketAcceptor {
  /** Connections that are open. */
  readonly count: number;
  /** Closes every connection with "going away". */
  close(): void;
  /** Ends those that are still there. */
  terminate(): void;
}

interface Endpoint {
  readonly url: string;
  readonly operation: Operation;
  readonly protocols: readonly string[];
  readonly maxPayload: number;
  readonly serve: ServeSocket;
}

/** Adds the routes; to be called before the server listens. */
export function acceptSockets(app: FastifyInstance, context: ServeContext, connections: Connections): SocketAcceptor {
  const { limits } = context.options;
  const endpoints: readonly Endpoint[] = [
    {
      url: "/v1/stream",
      operation: {
        ...socketOperation([jsonProtocol, msgpackProtocol]),
        id: "openStreams",
        summary: "A WebSocket of token streams: opened, credited, paused and cancelled by messages.",
        description: "Messages are StreamClientMessage and StreamServerMessage, in JSON or MessagePack.",
        tag: "generation",
      },
      protocols: [jsonProtocol, msgpackProtocol],
      maxPayload: limits.bodyLimitBytes,
      serve: serveStream,
    },
    {
      url: "/v1/sample",
      operation: {
        ...socketOperation([sampleProtocol]),
        id: "openSampling",
        summary: "A WebSocket of rows of logits: a message of rows in, one of results out.",
        description: "Messages are as the body and the answer of POST: SampleHeader and rows, and SampleAnswer.",
        tag: "sampling",
      },
      protocols: [sampleProtocol],
      // A message is whole before it is looked at: more than a connection's share of memory never is.
      maxPayload: Math.min(limits.sampleBodyLimitBytes, context.quotas.bodyBytes.connectionLimit),
      serve: serveSamples,
    },
  ];
  const servers = endpoints.map((endpoint) => addEndpoint(app, context, endpoint, connections));
  return {
    get count() {
      return servers.reduce((sum, { clients }) => sum + clients.size, 0);
    },
    close() {
      for (const server of servers) {
        for (const client of server.clients) client.close(1001, "the server is shutting down");
        server.close();
      }
    },
    terminate() {
      for (const { clients } of servers) for (const client of clients) client.terminate();
    },
  };
}

function addEndpoint(
  app: FastifyInstance,
  context: ServeContext,
  { url, operation, protocols, maxPayload, serve }: Endpoint,
  connections: Connections,
): WebSocketServer {
  const origins = new OriginRule(context.options.allowedOrigins);
  const upgrades = Upgrades.of(app);
  upgrades.add(`${app.prefix}${url}`);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload,
    autoPong: false,
    handleProtocols: (offered) => [...offered].find((name) => protocols.includes(name)) ?? false,
  });
  // What the library has to say about the handshake itself.
  server.on("wsClientError", (error, socket) => answerClientError(error, socket as Socket));
  app.get(url, {
    config: { isSocket: true, operation },
    onRequest: async ({ headers }) => origins.check(headers.origin, headers.host),
    // Before the handler, which @fastify/websocket replaces in every route of an app that has it.
    preHandler: async (request: FastifyRequest, reply: FastifyReply) => {
      const upgrade = upgrades.get(request.raw);
      if (!upgrade) throw upgradeRequired(request);
      context.lifecycle.checkServing();
      checkProtocols(request, protocols);
      reply.hijack();
      reply.raw.detachSocket(upgrade.socket as Socket);
      connections.becameSocket(upgrade.socket as Socket);
      // Of a list of protocols, that is the one that was chosen.
      request.raw.headers.upgrade = "websocket";
      server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (accepted) => {
        // A peer that breaks the protocol is closed by the library; nothing else is to be done.
        accepted.on("error", () => undefined);
        keepAlive(accepted);
        context.accessLog?.info({ requestId: request.id, path: url, ip: request.ip }, "socket");
        context.metrics.answered(url, "GET", 101);
        serve(context, accepted, clientOf(request), upgrade.socket);
      });
    },
    handler: () => undefined,
  });
  return server;
}

function socketOperation(protocols: readonly string[]): Pick<Operation, "parameters" | "answers" | "errors"> {
  const header = (
    name: string,
    description: string,
    schema: JsonSchema,
  ): NonNullable<Operation["parameters"]>[number] => ({
    name,
    in: "header",
    description,
    schema,
  });
  return {
    parameters: [
      header("Upgrade", "As WebSocket clients send it.", { type: "string", enum: ["websocket"] }),
      header(
        "Sec-WebSocket-Protocol",
        `One of ${protocols.join(", ")}; where headers cannot be set, tokenmill.bearer.<key in base64url> besides.`,
        { type: "string" },
      ),
    ],
    answers: { 101: { description: "The WebSocket is open." } },
    errors: [403, 426, 503],
  };
}

function upgradeRequired({ raw }: FastifyRequest): ApiError {
  const why = asksForWebSocket(raw) ? ", and the request came a way that has none: a fetch handler, or HTTP/2" : "";
  return new ApiError(426, `this path expected a WebSocket${why}`, {
    code: "upgrade_required",
    headers: { upgrade: "websocket" },
  });
}

function checkProtocols({ headers }: FastifyRequest, protocols: readonly string[]): void {
  if (offeredProtocols(headers["sec-websocket-protocol"]).some((name) => protocols.includes(name))) return;
  throw new ApiError(400, `Sec-WebSocket-Protocol expected one of ${protocols.join(", ")}`, {
    code: "unknown_subprotocol",
  });
}

/** Ends a connection whose peer answers no ping. */
function keepAlive(socket: WebSocket): void {
  let isAlive = true;
  socket.on("pong", () => (isAlive = true));
  const timer = setInterval(() => {
    // Its messages are not read at the moment.
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
