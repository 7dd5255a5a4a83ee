/** Opens what a server consists of, and listens. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { GrammarProvider, LogitsSource } from "@tokenmill/core";
import { createEngine, type Engine, engineVersion as version } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import type { Logger } from "pino";
import { BodyAnswers } from "./batches/bodyAnswers.ts";
import { LineAnswers } from "./batches/lineAnswers.ts";
import { Places } from "./batches/places.ts";
import type { ServeContext } from "./context/context.ts";
import { Grammars } from "./sequences/grammars.ts";
import { OpenSequences } from "./sequences/openSequences.ts";
import { Connections } from "./http/connections.ts";
import { createApp } from "./http/createApp.ts";
import { isLoopback } from "./access/hostRule.ts";
import { collectRoutes } from "./http/routeTable.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { shutDown } from "./shutDown.ts";
import { Quotas } from "./limits/quotas.ts";
import { WorkQueue } from "./limits/workQueue.ts";
import { Metrics } from "./metrics/metrics.ts";
import type { CompleteOptions } from "./options/completeOptions.ts";
import type { TokenServer } from "./tokenServer.ts";
import { addGenerationRoutes } from "./routes/generation.ts";
import { addLogitsRoute } from "./routes/logits.ts";
import { addOpenApiRoute } from "./routes/openApi.ts";
import { addPlayground } from "./routes/playground.ts";
import { addRootRoute } from "./routes/root.ts";
import { addSampleRoute } from "./routes/sample.ts";
import { addStatusRoutes } from "./routes/status.ts";
import { addStreamRoutes } from "./routes/streams.ts";
import { addVocabularyRoute } from "./routes/vocabulary.ts";
import { SampleService } from "./sample/sampleService.ts";
import { OpenStreams } from "./sse/openStreams.ts";
import { serverIdentity } from "./sse/serverIdentity.ts";
import { acceptSockets, type SocketAcceptor } from "./websocket/acceptSockets.ts";

/** Time for rows in flight whose sequences have ended already. */
const closeMs = 200;

/** Connections that may wait to be accepted: more are dropped by the system, and come again seconds later. */
const mostWaiting = 4096;

/** @throws Error if the address is taken. */
export async function startServer(source: LogitsSource, options: CompleteOptions, log: Logger): Promise<TokenServer> {
  const { seed, workers, slots, customStages, limits, joinHost } = options;
  const { tokenizer } = source;
  const hasGrammars = options.structuredOutput && tokenizer?.eosTokenId !== undefined;
  const grammar = hasGrammars
    ? createGrammarProvider({ tokenizer, vocabSize: source.vocabSize, warm: true })
    : undefined;
  const pool = await createPool({
    source,
    ...(grammar && { maskFiller: grammar.maskFiller }),
    customStages,
    arenaBytes: limits.arenaBytes,
    rowTimeoutMs: limits.rowTimeoutMs,
    ...(workers !== undefined && { workers }),
    ...(slots !== undefined && { slots }),
  });
  const engine = await createEngine({
    source,
    pool,
    admissionTimeoutMs: limits.queueTimeoutMs,
    ...(seed !== undefined && { seed }),
    ...(grammar && { grammar }),
  });
  let sockets: SocketAcceptor | undefined;
  let http: Connections | undefined;
  const connections = (): Record<string, number> => ({ http: http?.size ?? 0, websocket: sockets?.count ?? 0 });
  const model = options.modelName ?? source.name;
  const metrics = new Metrics(engine, model, connections);
  const identity = await serverIdentity({
    source,
    model,
    version,
    customStages,
    structuredOutput: hasGrammars,
    maxContextTokens: limits.maxContextTokens,
  });
  const description = `tokenmill ${version} with model ${model}`;
  const host = await joinHost?.({ engine, identity, description }).catch(async (error: unknown) => {
    await engine.close(closeMs);
    await Promise.all([pool.close(closeMs), grammar?.close()]);
    throw error;
  });
  if (host) metrics.host(() => host.stats());
  const quotas = new Quotas(limits, metrics);
  metrics.quotas(() => quotas.report());
  // A megabyte takes 10 to 30 ms; of the loop a fifth is for them.
  const requestQueue = new WorkQueue({ restFactor: 4, timeoutMs: limits.queueTimeoutMs });
  const context: ServeContext = {
    engine,
    pool,
    source,
    grammars: grammar && new Grammars(grammar, quotas, limits.queueTimeoutMs),
    options,
    model,
    startedSeconds: Math.floor(Date.now() / 1000),
    version,
    host,
    sequences: new OpenSequences(engine, host, quotas, limits.pauseTimeoutMs, metrics),
    quotas,
    requestQueue,
    answerQueue: new WorkQueue({ restFactor: 1, timeoutMs: Number.POSITIVE_INFINITY }),
    lifecycle: new Lifecycle(limits.shutdownTimeoutMs),
    metrics,
    streams: new OpenStreams(),
    resume: { key: options.resumeKey ?? randomBytes(32), identity },
    samples: new SampleService({
      vocabSize: options.sampleVocabSize ?? source.vocabSize,
      workers: options.sampleWorkers,
      customStages,
      limits,
      quotas,
      requestQueue,
      metrics,
    }),
    log,
  };
  const places = new Places(limits.maxBatchRequests, () => engine.stats().open);
  const batches = new LineAnswers(new BodyAnswers(context), places);
  host?.serveBatches(batches);
  if (host) {
    host.onTakeOver = (stream) => context.streams.takeOver(stream);
    host.onStop = (stream, owner) => context.streams.stop(stream, owner);
  }
  const app = createApp(context);
  const table = collectRoutes(app);
  try {
    addGenerationRoutes(app, context);
    addStreamRoutes(app, context);
    addStatusRoutes(app, context);
    addVocabularyRoute(app, context);
    addLogitsRoute(app, context);
    addSampleRoute(app, context);
    addOpenApiRoute(app, table, { version, needsKeys: options.apiKeys.length > 0 });
    if (options.playground === undefined) addRootRoute(app, context);
    else await addPlayground(app, options.playground);
    sockets = acceptSockets(app, context);
    table.complete();
    http = new Connections(app.server, limits.stallTimeoutMs);
    await app.listen({ host: options.host, port: options.port, backlog: mostWaiting });
  } catch (error) {
    await app.close();
    await closeEngine(engine, pool, grammar, context);
    throw error;
  }
  const { address, port, family } = app.server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  if (!isLoopback(address) && options.apiKeys.length === 0) {
    log.warn({ address }, "other machines can use the server without a key: set --api-keys-file");
  }
  log.info({ url, model, vocabSize: source.vocabSize, workers: pool.workers }, "listening");
  const targets = { app, connections: http, sockets };
  let closing: Promise<void> | undefined;
  return {
    url,
    engine,
    batches,
    routes: table.routes,
    close: () => (closing ??= shutDown(context, targets).then(() => closeEngine(engine, pool, grammar, context))),
  };
}

async function closeEngine(
  engine: Engine,
  pool: SamplerPool,
  grammar: GrammarProvider | undefined,
  { samples, host }: ServeContext,
): Promise<void> {
  await host?.close();
  await engine.close(closeMs);
  await Promise.all([pool.close(closeMs), samples.close(closeMs), grammar?.close()]);
}
