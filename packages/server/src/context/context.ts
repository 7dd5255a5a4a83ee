/** What every route works with. */
import type { LogitsSource } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Grammars } from "../sequences/grammars.ts";
import type { OpenSequences } from "../sequences/openSequences.ts";
import type { SequenceHost } from "../options/sequenceHost.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { ServiceLogs } from "../lifecycle/logs.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { WorkQueue } from "../limits/workQueue.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { CompleteOptions } from "../options/completeOptions.ts";
import type { SampleService } from "../sample/sampleService.ts";
import type { OpenStreams } from "../sse/openStreams.ts";

export interface ServeContext extends ServiceLogs {
  readonly engine: Engine;
  readonly source: LogitsSource;
  /** Compiles grammars of outputs; absent where outputs cannot be constrained. */
  readonly grammars: Grammars | undefined;
  /** The engine's pool. */
  readonly pool: SamplerPool;
  readonly options: CompleteOptions;
  /** The model's name. */
  readonly model: string;
  /** When the server was started, in seconds since 1970. */
  readonly startedSeconds: number;
  readonly version: string;
  readonly sequences: OpenSequences;
  /** Makes the sequences; undefined: the engine does. */
  readonly host: SequenceHost | undefined;
  readonly quotas: Quotas;
  /** Of large bodies to parse. */
  readonly requestQueue: WorkQueue;
  /** Of pieces of answers to make. */
  readonly answerQueue: WorkQueue;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly streams: OpenStreams;
  /** What ids of events are sealed with: a key, and a digest of what this server's tokens follow from. */
  readonly resume: { readonly key: Uint8Array; readonly identity: string };
  readonly samples: SampleService;
}
