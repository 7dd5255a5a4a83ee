/** Opens what answers requests: grammars, pool, engine, and all that the routes share. */
import { randomBytes } from "node:crypto";
import type { BatchAnswers, GrammarProvider, LogitsSource } from "@tokenmill/core";
import { createEngine, type Engine, engineVersion as version } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { mostLogprobs, mostMaskedTokens } from "../bodies/commonFields.ts";
import { mostLogprobTokenIds } from "../bodies/logprobTokenIds.ts";
import { BodyAnswers } from "../batches/bodyAnswers.ts";
import { LineAnswers } from "../batches/lineAnswers.ts";
import { Places } from "../batches/places.ts";
import type { ServeContext } from "../context/context.ts";
import { Grammars } from "../sequences/grammars.ts";
import { OpenSequences } from "../sequences/openSequences.ts";
import { type Jobs, openJobs } from "../jobs/jobs.ts";
import { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { ServiceLogs } from "../lifecycle/logs.ts";
import { Quotas } from "../limits/quotas.ts";
import { WorkQueue } from "../limits/workQueue.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { CompleteOptions } from "../options/completeOptions.ts";
import { SampleService } from "../sample/sampleService.ts";
import { OpenStreams } from "../sse/openStreams.ts";
import { serverIdentity } from "../sse/serverIdentity.ts";

/** Time for rows in flight whose sequences have ended already. */
const closeMs = 200;

export interface Service {
  readonly context: ServeContext;
  readonly batches: BatchAnswers;
  /** Files and batches of clients, if the service keeps some. */
  readonly jobs: Jobs | undefined;
  /** Ends what was opened; the source is not. */
  close(): Promise<void>;
}

export async function openService(
  source: LogitsSource,
  options: CompleteOptions,
  logs: ServiceLogs,
  connections: () => Readonly<Record<string, number>>,
): Promise<Service> {
  const { workerUrl, customStages, limits, joinHost } = options;
  const { grammar, pool, engine, close: closeEngine } = await openEngine(source, options);
  const closing = async (error: unknown): Promise<never> => {
    await closeEngine();
    throw error;
  };
  const model = options.modelName ?? source.name;
  const metrics = new Metrics(engine, model, connections);
  const { identity, description } = await serverIdentity({
    source,
    model,
    version,
    customStages,
    structuredOutput: grammar !== undefined,
    maxContextTokens: limits.maxContextTokens,
  }).catch(closing);
  const host = await joinHost?.({ engine, identity, description }).catch(closing);
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
      workerUrl,
      customStages,
      limits,
      quotas,
      requestQueue,
      metrics,
    }),
    ...logs,
  };
  const places = new Places(limits.maxBatchRequests, () => engine.stats().open);
  const batches = new LineAnswers(new BodyAnswers(context), places);
  host?.serveBatches(batches);
  if (host) {
    host.onTakeOver = (stream) => context.streams.takeOver(stream);
    host.onStop = (stream, owner) => context.streams.stop(stream, owner);
  }
  const close = async (): Promise<void> => {
    await host?.close();
    await Promise.all([closeEngine(), context.samples.close(closeMs)]);
  };
  const jobs = await openJobs(context, batches).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { context, batches, jobs, close };
}

interface OpenEngine {
  readonly grammar: GrammarProvider | undefined;
  readonly pool: SamplerPool;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Where one of them cannot be opened, those before it are closed. */
async function openEngine(source: LogitsSource, options: CompleteOptions): Promise<OpenEngine> {
  const { seed, workers, workerUrl, slots, customStages, limits, structuredOutput } = options;
  const { tokenizer, vocabSize } = source;
  const hasGrammars = structuredOutput && tokenizer?.eosTokenId !== undefined;
  const grammar = hasGrammars ? createGrammarProvider({ tokenizer, vocabSize, warm: true }) : undefined;
  let pool: SamplerPool | undefined;
  let engine: Engine | undefined;
  const close = async (): Promise<void> => {
    await engine?.close(closeMs);
    await Promise.all([pool?.close(closeMs), grammar?.close()]);
  };
  try {
    pool = await createPool({
      source,
      ...(grammar && { maskFiller: grammar.maskFiller }),
      customStages,
      maxLogprobs: mostLogprobs,
      maxLogprobTokenIds: mostLogprobTokenIds,
      maxSamplingMask: mostMaskedTokens,
      arenaBytes: limits.arenaBytes,
      rowTimeoutMs: limits.rowTimeoutMs,
      ...(workers !== undefined && { workers }),
      ...(workerUrl !== undefined && { workerUrl }),
      ...(slots !== undefined && { slots }),
    });
    engine = await createEngine({
      source,
      pool,
      admissionTimeoutMs: limits.queueTimeoutMs,
      ...(seed !== undefined && { seed }),
      ...(grammar && { grammar }),
    });
    return { grammar, pool, engine, close };
  } catch (error) {
    await close();
    throw error;
  }
}
