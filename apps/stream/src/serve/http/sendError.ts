/** An `ApiError` as a response. */
import type { FastifyReply } from "fastify";
import type { ApiError } from "../errors/apiError.ts";

export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds);
  if (error.status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(error.status).send(error.body);
}
