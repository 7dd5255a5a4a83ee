/** The HTTP side: parsers, hooks and error shapes that all routes share. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { addAccess } from "../access/access.ts";
import { ApiKeys } from "../access/apiKeys.ts";
import { baseHeaders } from "./baseHeaders.ts";
import { answerClientError } from "./clientError.ts";
import { checkContentCoding } from "./contentCoding.ts";
import { addCors } from "../access/cors.ts";
import { HostRule, pathOf } from "../access/hostRule.ts";
import { addJsonParser } from "./jsonParser.ts";
import { OriginRule } from "../access/originRule.ts";
import { requestIdOf } from "./requestId.ts";
import { addRequestLog } from "./requestLog.ts";
import { sendError } from "./sendError.ts";
import { UpgradeMessage } from "./upgradeMessage.ts";
import { validation } from "../bodies/validation.ts";
import { addUploads } from "./uploads.ts";

export function createApp(context: ServeContext): FastifyInstance {
  const { options, log } = context;
  const { limits } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    // One line per request, when it has ended: the hook below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyLimitBytes,
    requestTimeout: limits.requestTimeoutMs,
    rewriteUrl: ({ url = "/" }) => pathOf(url),
    // Parameters are looked up, not kept: as long as the request line may be.
    routerOptions: { maxParamLength: 65_536 },
    frameworkErrors: (error, request, reply) => {
      void sendError(reply.headers(baseHeaders(request.id)), toApiError(error));
    },
    http: {
      IncomingMessage: UpgradeMessage,
      // The rule below says so in the API's own form.
      requireHostHeader: false,
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.max(100, Math.min(5000, limits.requestTimeoutMs / 4)),
      // Finds peers that vanished without closing.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    forceCloseConnections: true,
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]),
    clientErrorHandler: answerClientError,
    ajv: {
      customOptions: validation,
    },
  });
  addRequestLog(app, context);
  addUploads(app, limits);
  const hosts = new HostRule(options.host, options.allowedHosts);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(baseHeaders(request.id));
    hosts.check(request.raw, request.originalUrl);
  });
  addCors(app, new OriginRule(options.allowedOrigins));
  addAccess(app, new ApiKeys(options.apiKeys));
  app.addHook("onRequest", async (request) => {
    // Before a body is read.
    if (request.is404) throw notFound(request);
    checkContentCoding(request.headers);
  });
  addJsonParser(app, context);
  app.setErrorHandler((error, request, reply) => {
    const apiError = toApiError(error);
    if (apiError.status >= 500 && apiError.code !== "shutting_down") {
      log.error({ err: apiError.cause ?? error, requestId: request.id }, "request failed");
    }
    return sendError(reply, apiError);
  });
  // Files of a page that are not there.
  app.setNotFoundHandler((request, reply) => sendError(reply, notFound(request)));
  return app;
}

function notFound({ method, url }: FastifyRequest): ApiError {
  return new ApiError(404, `there is no ${method} ${url.split("?")[0]}`, { code: "unknown_url" });
}
