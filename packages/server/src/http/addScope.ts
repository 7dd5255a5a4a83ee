/** What all routes share: parsers, hooks, validation and the form of errors, in the scope that they are added to. */
import { Ajv } from "ajv";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { validation as validationOptions } from "../bodies/validation.ts";
import { addAccess } from "../access/access.ts";
import { ApiKeys } from "../access/apiKeys.ts";
import { baseHeaders } from "./baseHeaders.ts";
import { checkContentCoding, checkMediaType } from "./contentCoding.ts";
import type { Connections } from "./connections.ts";
import { addCors } from "../access/cors.ts";
import { HostRule } from "../access/hostRule.ts";
import { addJsonParser } from "./jsonParser.ts";
import { OriginRule } from "../access/originRule.ts";
import { addRequestLog } from "./requestLog.ts";
import { sendError } from "./sendError.ts";
import { addUploads } from "./uploads.ts";

export function addScope(app: FastifyInstance, context: ServeContext, connections: Connections): void {
  const { options, log } = context;
  const isEmbedded = options.host === undefined;
  if (isEmbedded) connections.watchScope(app);
  addRequestLog(app, context);
  addUploads(app, options.limits);
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
  // After the route's own hooks, which may have a better reason.
  app.addHook("preParsing", async (request) => checkMediaType(request));
  addJsonParser(app, context);
  // Whatever an app around makes of bodies, answers and errors of its own.
  const ajv = new Ajv(validationOptions);
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
  app.setSchemaErrorFormatter((validation) => Object.assign(new Error("not valid"), { validation }));
  app.setReplySerializer((payload) => JSON.stringify(payload));
  app.setErrorHandler((error, request, reply) => {
    const apiError = toApiError(error);
    if (apiError.status >= 500 && apiError.code !== "shutting_down") {
      log.error({ err: apiError.cause ?? error, requestId: request.id }, "request failed");
    }
    return sendError(reply, apiError);
  });
  // Files of a page that are not there. What is not below a prefix is for the app around.
  if (!isEmbedded || app.prefix !== "") app.setNotFoundHandler(answerNotFound);
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(reply.headers(baseHeaders(request.id)), notFound(request));
}

function notFound({ method, url }: FastifyRequest): ApiError {
  return new ApiError(404, `there is no ${method} ${url.split("?")[0]}`, { code: "unknown_url" });
}
