/** One line and one count for each request, when its answer has left or its client has. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { atEnd } from "../answers/atEnd.ts";

export function addRequestLog(
  app: FastifyInstance,
  { accessLog, metrics }: Pick<ServeContext, "accessLog" | "metrics">,
): void {
  app.addHook("onRequest", async (request, reply) => {
    const { raw } = reply;
    // Not `onResponse`, which does not come where the client has left.
    atEnd(raw, () => {
      const { method, url, ip } = request;
      const path = url.split("?")[0];
      const durationMs = Math.round(reply.elapsedTime * 1000) / 1000;
      const hasLeft = raw.writableFinished ? {} : { hasLeft: true };
      const { statusCode } = raw;
      metrics.answered(request.routeOptions.url, method, statusCode);
      accessLog?.info({ requestId: request.id, method, path, statusCode, ...hasLeft, durationMs, ip }, "request");
    });
  });
}
