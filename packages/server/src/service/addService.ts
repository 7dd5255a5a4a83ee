/**
 * The service in a scope of a Fastify app: hooks, routes and errors of its own, below the scope's prefix. Nothing outside of
 * it changes, and it ends when the app does.
 */
import type { BatchAnswers, LogitsSource } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import type { FastifyInstance } from "fastify";
import { addScope } from "../http/addScope.ts";
import { Connections } from "../http/connections.ts";
import { collectRoutes } from "../http/routeTable.ts";
import type { ServiceLogs } from "../lifecycle/logs.ts";
import type { ServedRoute } from "../openapi/servedRoute.ts";
import type { CompleteOptions } from "../options/completeOptions.ts";
import { addBatchRoutes } from "../routes/batches.ts";
import { addFileRoutes } from "../routes/files.ts";
import { addGenerationRoutes } from "../routes/generation.ts";
import { addLogitsRoute } from "../routes/logits.ts";
import { addOpenApiRoute } from "../routes/openApi.ts";
import { addPlayground } from "../routes/playground.ts";
import { addRootRoute } from "../routes/root.ts";
import { addSampleRoute } from "../routes/sample.ts";
import { addStatusRoutes } from "../routes/status.ts";
import { addStreamRoutes } from "../routes/streams.ts";
import { addVocabularyRoute } from "../routes/vocabulary.ts";
import { acceptSockets, type SocketAcceptor } from "../websocket/acceptSockets.ts";
import { drain } from "./drain.ts";
import { openService } from "./openService.ts";

export interface AddedService {
  readonly engine: Engine;
  readonly batches: BatchAnswers;
  /** Threads that sample. */
  readonly workers: number;
  /** Every method of every path that it has. */
  readonly routes: readonly ServedRoute[];
  readonly connections: Connections;
  /** Takes no new work from now on; resolves when nothing is open any more. */
  drain(): Promise<void>;
}

/** @throws Error if there is no page at `options.playground`. */
export async function addService(
  app: FastifyInstance,
  source: LogitsSource,
  options: CompleteOptions,
  logs: ServiceLogs,
): Promise<AddedService> {
  const connections = new Connections(options.limits.stallTimeoutMs);
  let sockets: SocketAcceptor | undefined;
  const { context, batches, jobs, close } = await openService(source, options, logs, () => ({
    http: connections.size,
    websocket: sockets?.count ?? 0,
  }));
  let draining: Promise<void> | undefined;
  const drainOnce = (): Promise<void> =>
    (draining ??= (async () => {
      // What is not done of batches is for the next server.
      const isLeft = jobs?.close();
      await drain(context, connections, sockets);
      await isLeft;
    })());
  // While the app still has its connections.
  app.addHook("preClose", () => atMost(app.initialConfig.pluginTimeout, drainOnce()));
  app.addHook("onClose", async () => {
    await drainOnce();
    await close();
  });
  addScope(app, context, connections);
  const table = collectRoutes(app);
  addGenerationRoutes(app, context);
  addStreamRoutes(app, context);
  addFileRoutes(app, context, jobs);
  addBatchRoutes(app, context, jobs);
  addStatusRoutes(app, context);
  addVocabularyRoute(app, context);
  addLogitsRoute(app, context);
  addSampleRoute(app, context);
  addOpenApiRoute(app, table, { version: context.version, needsKeys: options.apiKeys.length > 0 });
  if (options.playground === undefined) addRootRoute(app, context);
  else await addPlayground(app, options.playground);
  sockets = acceptSockets(app, context, connections);
  table.complete();
  return {
    engine: context.engine,
    batches,
    workers: context.pool.workers,
    routes: table.routes,
    connections,
    drain: drainOnce,
  };
}

/** Fastify takes a hook that is slower than its plugins may be for one that failed: what is not done goes on by itself. */
async function atMost(pluginTimeoutMs: number | undefined, work: Promise<void>): Promise<void> {
  if (!pluginTimeoutMs) return work;
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, 0.9 * pluginTimeoutMs)));
  await Promise.race([work, isLate]);
  clearTimeout(timer);
}
