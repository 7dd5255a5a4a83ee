/** An app of our own: what only a whole server can have, as options of Node's server and of its router. */
import { METHODS } from "node:http";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { pathOf } from "../access/hostRule.ts";
import { toApiError } from "../errors/toApiError.ts";
import type { ServeLimits } from "../options/limits.ts";
import { baseHeaders } from "./baseHeaders.ts";
import { answerClientError, answerExpectation } from "./clientError.ts";
import { requestIdOf } from "./requestId.ts";
import { sendError } from "./sendError.ts";

export function createApp(limits: ServeLimits, loggerInstance: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance,
    // One line per request, when it has ended: a hook of the routes.
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: limits.requestTimeoutMs,
    rewriteUrl: ({ url = "/" }) => pathOf(url),
    // Parameters are looked up, not kept: as long as the request line may be.
    routerOptions: { maxParamLength: 65_536 },
    frameworkErrors: (error, request, reply) => {
      void sendError(reply.headers(baseHeaders(request.id)), toApiError(error));
    },
    http: {
      // The rule for hosts says so in the API's own form.
      requireHostHeader: false,
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.max(100, Math.min(5000, limits.requestTimeoutMs / 4)),
      // Finds peers that vanished without closing.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    // Opening takes as long as workers and grammars need.
    pluginTimeout: 0,
    forceCloseConnections: true,
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]),
    clientErrorHandler: answerClientError,
  });
  app.server.on("checkExpectation", answerExpectation);
  for (const method of METHODS) {
    // CONNECT asks for a tunnel and never reaches a route.
    if (method !== "CONNECT" && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  return app;
}
