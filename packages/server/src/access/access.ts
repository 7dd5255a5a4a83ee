/** Who may use which route: decided by the route that was matched, never by the path's text, and closed by default. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiKeys } from "./apiKeys.ts";
import { keyAmong } from "./subprotocols.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Answered without a key. Absent: a key is needed where keys are set. */
    isPublic?: boolean;
    /** A WebSocket: its key may stand among the subprotocols. */
    isSocket?: boolean;
  }
}

export function addAccess(app: FastifyInstance, keys: ApiKeys): void {
  app.addHook("onRequest", async (request) => {
    const { isPublic, isSocket } = request.routeOptions.config;
    if (isPublic !== true) request.tokenmill.owner = keys.check(authorizationOf(request, isSocket === true));
  });
}

function authorizationOf({ headers }: FastifyRequest, isSocket: boolean): string | undefined {
  const { authorization } = headers;
  return authorization ?? (isSocket ? keyAmong(headers["sec-websocket-protocol"]) : undefined);
}
