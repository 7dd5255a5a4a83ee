/** One line for each request, when its answer has left or its client has. */
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { atEnd } from "../answers/atEnd.ts";

export function addRequestLog(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", async (request, reply) => {
    const { raw } = reply;
    // Not `onResponse`, which does not come where the client has left.
    atEnd(raw, () => {
      const { method, url, ip } = request;
      const path = url.split("?")[0];
      const durationMs = Math.round(reply.elapsedTime * 1000) / 1000;
      const hasLeft = raw.writableFinished ? {} : { hasLeft: true };
      const { statusCode } = raw;
      log.info({ requestId: request.id, method, path, statusCode, ...hasLeft, durationMs, ip }, "request");
    });
  });
}
