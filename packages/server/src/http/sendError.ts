/** An `ApiError` as a response. */
import type { FastifyReply } from "fastify";
import type { ApiError } from "../errors/apiError.ts";

export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.headers(error.headers).code(error.status).send(error.body);
}
