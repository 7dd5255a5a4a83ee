/** The HTTP side: parsers, hooks and error shapes that all routes share. */
import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { ApiKeys } from "./apiKeys.ts";
import { answerClientError } from "./clientError.ts";
import { addJsonParser } from "./jsonParser.ts";
import { addRequestLog } from "./requestLog.ts";
import { sendError } from "./sendError.ts";
import { addUploads } from "./uploads.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Digest of the API key, "" where none is needed. */
    owner: string;
  }
}

export async function createApp(context: ServeContext): Promise<FastifyInstance> {
  const { options, log, version } = context;
  const { limits } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    // One line per request, when it has ended: the hook below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyLimitBytes,
    requestTimeout: limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.max(100, Math.min(5000, limits.requestTimeoutMs / 4)),
      // Finds out about peers that vanished without a word.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    forceCloseConnections: true,
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]),
    clientErrorHandler: answerClientError,
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        allErrors: false,
        verbose: true,
        strict: false,
      },
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "tokenmill", version, description: "Token streams over HTTP and WebSocket." },
    },
  });
  if (options.allowedOrigins.length > 0) {
    await app.register(cors, {
      origin: [...options.allowedOrigins],
      exposedHeaders: ["x-request-id", "x-tokenmill-vocab-size", "x-tokenmill-dtype", "x-tokenmill-unused-params"],
    });
  }
  addRequestLog(app, log);
  addUploads(app, limits);
  addJsonParser(app, context);
  app.decorateRequest("owner", "");
  const keys = new ApiKeys(options.apiKeys);
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (request.url.startsWith("/v1/")) request.owner = keys.check(request.headers.authorization);
  });
  app.setErrorHandler((error, request, reply) => {
    const apiError = toApiError(error);
    if (apiError.status >= 500 && apiError.code !== "shutting_down") {
      log.error({ err: apiError.cause ?? error, requestId: request.id }, "request failed");
    }
    return sendError(reply, apiError);
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.url.split("?")[0]}`;
    return sendError(reply, new ApiError(404, message, { code: "unknown_url" }));
  });
  return app;
}

/** The client's own id if it is a plain word, else a new one. */
function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${randomUUID()}`;
}
