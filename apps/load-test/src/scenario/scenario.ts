/** What to do: the content of a scenario file, and what the flags make. Schema, flags and defaults of each field stand in the tables `*Fields.ts`. */
import type { ModelFlags, syntheticKinds } from "@tokenmill/cli";
import type { ArrivalLaw } from "./laws.ts";
import type { Distribution } from "./laws.ts";
import type { RatePiece } from "./laws.ts";

export interface PoolTargetSpec {
  readonly type: "pool";
  readonly vocabSize: number;
  readonly dtype: "f32" | "f16" | "bf16";
  /** Worker threads; 0 samples on the main thread. */
  readonly workers: number;
  /** Rows of one request: they are submitted together, and the request ends with the last. */
  readonly batchSize: number;
  readonly rows: SyntheticRows;
  /** Whether workers write each row before they sample it, instead of sampling rows that stand in memory. */
  readonly writeRows: boolean;
}

export interface EngineTargetSpec extends ModelFlags {
  readonly type: "engine";
  /** `embedded`, `synthetic`, `trace:<file>` or `module:<file>`. */
  readonly source: string;
  /** Of synthetic rows. */
  readonly vocabSize: number;
  readonly dtype: "f32" | "f16" | "bf16";
  readonly rows: SyntheticRows;
  /** Absent: as many as the source wants. */
  readonly workers?: number;
  /** Rows in shared memory; absent: the engine's default. */
  readonly slots?: number;
}

export interface HttpTargetSpec {
  readonly type: "http";
  /** Base address, such as `http://127.0.0.1:8080/v1`. */
  readonly url: string;
  readonly api: "completions" | "chat";
  /** Absent: the first one that `GET /models` lists, else none is sent. */
  readonly model?: string;
  readonly stream: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Environment variable that holds the bearer token. */
  readonly apiKeyEnv?: string;
  /** Body fields of every request. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestTimeoutMs: number;
  /** Asks for token counts in the last chunk; servers that refuse `stream_options` need false. */
  readonly includeUsage: boolean;
  /** Process whose CPU and memory are watched, with its descendants. */
  readonly pid?: number;
}

export interface LogitsTargetSpec {
  readonly type: "logits";
  readonly url: string;
  readonly vocabSize: number;
  readonly dtype: "f32" | "f16" | "bf16";
  /** Rows of one request. */
  readonly batchSize: number;
  readonly rows: SyntheticRows;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKeyEnv?: string;
  readonly requestTimeoutMs: number;
  readonly pid?: number;
}

/** Answers at once, in this process: what is measured is the load generator. */
interface NullTargetSpec {
  readonly type: "null";
}

export type TargetSpec = PoolTargetSpec | EngineTargetSpec | HttpTargetSpec | LogitsTargetSpec | NullTargetSpec;
export type SyntheticRows = (typeof syntheticKinds)[number];

/** So many requests in flight; the next begins when one ends. */
export interface ClosedLoad {
  readonly mode: "closed";
  readonly concurrency: number;
}

/** Requests begin at scheduled times, whatever the target does. Exactly one of `rate`, `profile`, `bursts`, `trace`. */
export interface OpenLoad {
  readonly mode: "open";
  readonly arrivals: ArrivalLaw;
  readonly burstiness: number;
  /** Requests per second. */
  readonly rate?: number;
  readonly profile?: readonly RatePiece[];
  readonly bursts?: BurstSpec;
  readonly trace?: TraceSpec;
  /** Most requests in flight; later ones wait in the client, and their latency counts from their scheduled time. Absent: no bound. */
  readonly maxInFlight?: number;
}

/** `peakRate` for the first `burstMs` of every `periodMs`, else `baseRate`. */
export interface BurstSpec {
  readonly baseRate: number;
  readonly peakRate: number;
  readonly periodMs: number;
  readonly burstMs: number;
}

export interface TraceSpec {
  readonly file: string;
  /** 2 replays twice as fast. */
  readonly speed: number;
}

export type LoadSpec = ClosedLoad | OpenLoad;

export interface SettingSpec {
  readonly name: string;
  readonly weight: number;
  /** Sampling parameters: tokenmill's names for pool, engine and logits; body fields for http. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** A share of requests is cancelled that long after it was sent. */
export interface CancelSpec {
  readonly share: number;
  readonly afterMs: Distribution;
}

/** A share of readers takes that long for each piece it reads. */
export interface SlowReaderSpec {
  readonly share: number;
  readonly delayMs: Distribution;
}

export interface RequestSpec {
  readonly promptTokens: Distribution;
  readonly maxTokens: Distribution;
  /** Text file, a prompt a line, instead of made-up prompts of `promptTokens` words. */
  readonly prompts?: string;
  readonly mix: readonly SettingSpec[];
  readonly cancel?: CancelSpec;
  readonly slowReaders?: SlowReaderSpec;
}

export interface Scenario {
  readonly name: string;
  readonly target: TargetSpec;
  readonly load: LoadSpec;
  readonly requests: RequestSpec;
  /** How long requests begin, warm-up included. */
  readonly durationMs: number;
  /** At most that many requests. Absent: as many as begin in time. */
  readonly count?: number;
  /** Requests that should begin before are made, not measured. */
  readonly warmUpMs: number;
  /** How long unfinished requests may take after the last began. */
  readonly drainMs: number;
  readonly processes: number;
  readonly seed: number;
  /** Limits such as `ttft:p99<200ms`. */
  readonly slo: readonly string[];
}
