/**
 * All routes, and what they answer to methods that they do not have: OPTIONS with the methods that they do, others with 405.
 */
import type { FastifyInstance, RouteOptions } from "fastify";
import { ApiError } from "../errors/apiError.ts";
import type { ServedRoute } from "../openapi/servedRoute.ts";

const anyFile = "/*";

export interface RouteTable {
  readonly routes: readonly ServedRoute[];
  /** Adds what the routes leave out; to be called once, when there are no more to come. */
  complete(): void;
}

/** Collects the routes that are added from now on. @throws Error (when one is added) unless it says what it is. */
export function collectRoutes(app: FastifyInstance): RouteTable {
  const { prefix } = app;
  const routes: ServedRoute[] = [];
  let isComplete = false;
  app.addHook("onRoute", ({ url, method, config }: RouteOptions) => {
    const { isPublic = false, operation } = config ?? {};
    if (!operation && !isComplete && url !== prefix + anyFile) throw new Error(`the route ${url} has no description`);
    // Below a prefix "/" is served without its slash too, and Fastify tells of one of them, or of both.
    const path = url === prefix ? `${prefix}/` : url;
    for (const each of [method].flat()) {
      if (routes.some((route) => route.method === each && route.url === path)) continue;
      routes.push({ method: each, url: path, isPublic, operation });
    }
  });
  return {
    routes,
    complete() {
      isComplete = true;
      const given = [...routes];
      for (const url of new Set(given.map((route) => route.url))) {
        const path = url.slice(prefix.length);
        const known = given.filter((route) => route.url === url);
        // Files of a page are found by looking; what is not there has no methods.
        if (path !== anyFile) addOthers(app, path, known);
      }
    },
  };
}

function addOthers(app: FastifyInstance, url: string, routes: readonly ServedRoute[]): void {
  const known = routes.map(({ method }) => method);
  const isPublic = routes.every((route) => route.isPublic);
  const allow = [...new Set([...known, "OPTIONS"])].toSorted().join(", ");
  app.route({
    method: "OPTIONS",
    url,
    // A preflight has no key; it learns nothing that the documentation does not say.
    config: { isPublic: true },
    // Before a body is read, here and below.
    onRequest: async (_request, reply) => reply.code(204).header("allow", allow).send(),
    handler: () => undefined,
  });
  const others = app.supportedMethods.filter((method) => method !== "OPTIONS" && !known.includes(method));
  app.route({
    method: others,
    url,
    config: { isPublic },
    onRequest: async ({ method, url: target }) => {
      const message = `${target.split("?")[0]} has no ${method}, but ${allow}`;
      throw new ApiError(405, message, { code: "method_not_allowed", headers: { allow } });
    },
    handler: () => undefined,
  });
}
