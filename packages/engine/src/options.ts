/** Options of `createEngine`, checked. */
import type { GrammarProvider, LogitsSource } from "@tokenmill/core";
import { refuse, refuseUnknown } from "@tokenmill/check";
import type { PoolOptions, SamplerPool } from "@tokenmill/worker-pool";
import { checkSeed } from "./request/prepareRequest.ts";

type PoolField = Exclude<keyof PoolOptions, "source" | "vocabSize" | "dtype">;

/** Options that only a pool made by the engine can follow: all that pools have, or this does not compile. */
const isPoolField: Readonly<Record<PoolField, true>> = {
  workers: true,
  slots: true,
  maxLogprobs: true,
  arenaBytes: true,
  customStages: true,
  rowTimeoutMs: true,
  closeTimeoutMs: true,
  workerHeapBytes: true,
  spinLimit: true,
  inlineRows: true,
  inlineMs: true,
  variant: true,
};
const poolFields = Object.keys(isPoolField) as readonly PoolField[];

/** The pool's own options (`workers`, `slots`, …) are passed on; ranges are checked there. */
export interface EngineOptions extends Pick<PoolOptions, PoolField> {
  /** Where the rows come from. */
  source: LogitsSource;
  /** A pool made with the same source, used by nobody else while the engine is open. Absent: the engine makes one. */
  pool?: SamplerPool;
  /** Most sequences that hold memory at a time, integer ≥ 1; the others wait. Absent: 131,072. */
  maxSequences?: number;
  /** Seed of requests without one: a safe integer ≥ 0 or a 64-bit bigint. Absent: 53 random bits. */
  seed?: number | bigint;
  /** Follows `jsonSchema`, `grammar` and `regex` of requests (see @tokenmill/grammar). Absent: such requests are refused. */
  grammar?: GrammarProvider;
  /** Events that `stream` and `readable` hold for a slow reader, integer ≥ 1. Absent: 64. */
  bufferSize?: number;
}

/** The engine's own options with their defaults. */
export interface EngineSettings {
  readonly maxSequences: number;
  readonly seed: number | bigint;
  readonly bufferSize: number;
  readonly grammar: GrammarProvider | undefined;
}

/** @throws TypeError, RangeError */
export function checkOptions(options: EngineOptions): EngineSettings {
  if (typeof options !== "object" || options === null) refuse("options", "an object", options, true);
  refuseUnknown(
    Object.keys(options),
    ["source", "pool", "maxSequences", "seed", "bufferSize", "grammar", ...poolFields],
    "engine option",
  );
  const { source, pool, seed, grammar, maxSequences = 131_072, bufferSize = 64 } = options;
  if (typeof source !== "object" || source === null) refuse("source", "a logits source", source, true);
  if (pool !== undefined && (typeof pool !== "object" || pool === null)) refuse("pool", "a pool", pool, true);
  if (grammar !== undefined && (typeof grammar !== "object" || grammar === null)) {
    refuse("grammar", "a grammar provider", grammar, true);
  }
  checkCount("maxSequences", maxSequences);
  checkCount("bufferSize", bufferSize);
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
  }
  return { maxSequences, bufferSize, grammar, seed: seed ?? randomSeed() };
}

/** The pool options among the engine's. */
export function poolOptions(options: EngineOptions): PoolOptions {
  const pool: PoolOptions = { source: options.source };
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

function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
