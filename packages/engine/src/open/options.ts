/** Options of `createEngine`, checked. */
import {
  checkSeed,
  type GrammarProvider,
  type LogitsSource,
  type ModelSource,
  randomSeed,
  seedBits,
} from "@tokenmill/core";
import { checkInteger, checkTimeout, refuse, refuseUnknown } from "@tokenmill/check";
import { checkLogitsSource } from "@tokenmill/core/internal";
import type { PoolOptions, SamplerPool } from "@tokenmill/worker-pool";

type PoolField = Exclude<keyof PoolOptions, "source" | "vocabSize" | "dtype" | "closeTimeoutMs" | "maskFiller">;

/** Options that only a pool made by the engine can follow: all that pools have, or this does not compile. */
const isPoolField: Readonly<Record<PoolField, true>> = {
  workers: true,
  slots: true,
  maxLogprobs: true,
  maxLogprobTokenIds: true,
  maxSamplingMask: true,
  arenaBytes: true,
  customStages: true,
  rowTimeoutMs: true,
  workerHeapBytes: true,
  workerUrl: true,
  spinLimit: true,
  inlineRows: true,
  inlineMs: true,
  variant: true,
};
const poolFields = Object.keys(isPoolField) as readonly PoolField[];

/** The pool's own options (`workers`, `slots`, …) are passed on; ranges are checked there. */
export interface EngineOptions extends Pick<PoolOptions, PoolField | "closeTimeoutMs"> {
  /** Where the rows come from. A model is closed with the engine; other sources are their owner's to close. */
  source: LogitsSource | ModelSource;
  /** A pool made with the same source, used by nobody else while the engine is open. Absent: the engine makes one. */
  pool?: SamplerPool;
  /** Most sequences that hold memory at a time, integer ≥ 1; the others wait. Absent: 131,072. */
  maxSequences?: number;
  /**
   * Most sequences that wait for memory or for `maxSequences`, integer ≥ 0; one more fails with `overloaded`. Absent: any
   * number may wait.
   */
  maxQueued?: number;
  /**
   * Time that a sequence waits for memory or for `maxSequences` before it fails with `overloaded`, 1 … 2^31 − 1 milliseconds.
   * Absent: as long as it takes.
   */
  admissionTimeoutMs?: number;
  /** Seed of requests without one: a safe integer ≥ 0 or a 64-bit bigint. Absent: 53 random bits. */
  seed?: number | bigint;
  /**
   * Follows `jsonSchema`, `grammar`, `regex`, `choice` and `structuralTag` of requests (see @tokenmill/grammar). Absent: such
   * requests are refused. A given pool must have the provider's `maskFiller`.
   */
  grammar?: GrammarProvider;
  /** Events that `stream` and `readable` hold for a slow reader, integer ≥ 1. Absent: 64. */
  bufferSize?: number;
}

/** The same where rows come from a source of rows. */
export type RowEngineOptions = EngineOptions & { source: LogitsSource };

/** The engine's own options with their defaults. */
export interface EngineSettings {
  readonly maxSequences: number;
  readonly servedSequences: number;
  readonly maxQueued: number;
  readonly admissionTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly seed: number | bigint;
  readonly bufferSize: number;
  readonly grammar: GrammarProvider | undefined;
}

/** @throws TypeError, RangeError */
export function checkOptions(options: RowEngineOptions): EngineSettings {
  if (typeof options !== "object" || options === null) refuse("options", "an object", options, true);
  refuseUnknown(
    Object.keys(options),
    [
      "source",
      "pool",
      "maxSequences",
      "maxQueued",
      "admissionTimeoutMs",
      "closeTimeoutMs",
      "seed",
      "bufferSize",
      "grammar",
      ...poolFields,
    ],
    "engine option",
  );
  const { source, pool, seed, grammar, bufferSize = 64 } = options;
  checkLogitsSource("source", source, ["model"]);
  if (pool !== undefined && (typeof pool !== "object" || pool === null)) refuse("pool", "a pool", pool, true);
  if (grammar !== undefined && (typeof grammar !== "object" || grammar === null)) {
    refuse("grammar", "a grammar provider", grammar, true);
  }
  const { maxSequences = 131_072 } = options;
  checkCount("maxSequences", maxSequences);
  checkCount("bufferSize", bufferSize);
  const { maxQueued = Number.POSITIVE_INFINITY, admissionTimeoutMs = Number.POSITIVE_INFINITY } = options;
  if (options.maxQueued !== undefined) checkInteger("maxQueued", maxQueued, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (options.admissionTimeoutMs !== undefined) {
    checkTimeout("admissionTimeoutMs", admissionTimeoutMs, 1);
  }
  const { closeTimeoutMs = 5000 } = options;
  checkTimeout("closeTimeoutMs", closeTimeoutMs);
  checkSeed("seed", seed);
  if (grammar && grammar.vocabSize !== source.vocabSize) {
    refuse("grammar", `a provider of the source's vocabSize ${source.vocabSize}`, grammar.vocabSize, false);
  }
  if (pool) {
    for (const name of poolFields) {
      if (options[name] !== undefined)
        throw new TypeError(`"${name}" has no effect on a given pool: pass it to createPool`);
    }
    if (pool.vocabSize !== source.vocabSize) {
      refuse("pool", `a pool of the source's vocabSize ${source.vocabSize}`, pool.vocabSize, false);
    }
    if (grammar && pool.maskFillerUrl !== grammar.maskFiller.moduleUrl) {
      refuse("pool", "one that was made with the provider's maskFiller", pool.maskFillerUrl ?? "none", false);
    }
  }
  return {
    maxSequences,
    servedSequences: source.sequences ?? Number.POSITIVE_INFINITY,
    maxQueued,
    admissionTimeoutMs,
    closeTimeoutMs,
    bufferSize,
    grammar,
    seed: seedBits(seed) ?? randomSeed(),
  };
}

/** The pool options among the engine's. */
export function poolOptions(options: RowEngineOptions): PoolOptions {
  const pool: PoolOptions = {
    source: options.source,
    ...(options.grammar && { maskFiller: options.grammar.maskFiller }),
  };
  for (const name of poolFields) {
    const value = options[name];
    if (value !== undefined) Object.assign(pool, { [name]: value });
  }
  return pool;
}

function checkCount(name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    refuse(name, "integer ≥ 1", value, typeof value !== "number");
}
