/** Cross-origin resource sharing (Fetch standard §3.3): what pages of allowed origins may send and read. */
import type { FastifyInstance } from "fastify";
import type { OriginRule } from "./originRule.ts";
import { responseHeaders } from "../answers/responseHeaders.ts";

/** Time that a browser may keep the answer to a preflight; Chromium keeps none longer. */
const preflightSeconds = 7200;

/** Preflights are answered by the routes' own OPTIONS, which say what else there is. */
export function addCors(app: FastifyInstance, origins: OriginRule): void {
  if (!origins.allowsAny) return;
  const exposed = Object.keys(responseHeaders).join(", ");
  app.addHook("onRequest", async ({ headers, method }, reply) => {
    reply.header("vary", "origin");
    const { origin } = headers;
    if (origin === undefined || !origins.allows(origin)) return;
    reply.header("access-control-allow-origin", origin).header("access-control-expose-headers", exposed);
    if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return;
    const asked = headers["access-control-request-headers"];
    if (asked !== undefined) reply.header("access-control-allow-headers", asked);
    reply
      .header("access-control-allow-methods", "GET, HEAD, POST, DELETE")
      .header("access-control-max-age", preflightSeconds);
  });
}
