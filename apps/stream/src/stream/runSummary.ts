/** Counts a run and its times: the closing summary. */
import type { FinishReason, TokenEvent } from "@tokenmill/core";
import { build, type Histogram } from "hdr-histogram-js";
import type { RunObserver } from "./runObserver.ts";
import type { RunningSequence } from "./runningSequence.ts";

/** Times in milliseconds; absent where nothing was measured. */
interface Percentiles {
  p50: number;
  p99: number;
  max: number;
}

/** The summary as `--json` prints it. */
export interface RunSummary {
  sequences: number;
  finished: number;
  failed: number;
  /** Stopped before their end. */
  cancelled: number;
  finishReasons: Record<FinishReason, number>;
  promptTokens: number;
  tokens: number;
  /** Drawn and taken back. */
  takenBack: number;
  elapsedMs: number;
  tokensPerSecond: number;
  /** From opening a sequence to its first token. */
  ttftMs?: Percentiles;
  /** Between two tokens of one sequence. */
  itlMs?: Percentiles;
  /** A decimal string where a number would not be exact. */
  seed: number | string;
  source: string;
  vocabSize: number;
  workers: number;
}

/** What the counter cannot know. */
export type RunFacts = Pick<RunSummary, "source" | "vocabSize" | "workers" | "takenBack"> & { seed: number | bigint };

export class RunCounter implements RunObserver {
  failures = 0;
  tokens = 0;
  open = 0;
  readonly startMs: number = performance.now();
  #lastMs: number = this.startMs;
  #cancelled = 0;
  #promptTokens = 0;
  readonly #reasons: Record<FinishReason, number> = { stop: 0, length: 0, repetition: 0 };
  readonly #ttftUs: Histogram = microsecondHistogram();
  readonly #itlUs: Histogram = microsecondHistogram();

  get finished(): number {
    return this.#reasons.stop + this.#reasons.length + this.#reasons.repetition;
  }

  opened(): void {
    this.open++;
  }

  event(sequence: RunningSequence, { finishReason, usage }: TokenEvent, nowMs: number): undefined {
    this.tokens++;
    this.#lastMs = nowMs;
    const histogram = sequence.tokenCount === 1 ? this.#ttftUs : this.#itlUs;
    histogram.recordValue(Math.max(1, Math.round((nowMs - sequence.lastEventMs) * 1000)));
    if (finishReason === undefined) return;
    this.open--;
    this.#reasons[finishReason]++;
    this.#promptTokens += usage?.promptTokens ?? 0;
  }

  failed(_item: unknown, _error: unknown, sequence: RunningSequence | undefined): undefined {
    this.failures++;
    if (sequence) this.open--;
  }

  cancelled(): void {
    this.open--;
    this.#cancelled++;
  }

  summary({ seed, source, vocabSize, workers, takenBack }: RunFacts): RunSummary {
    const elapsedMs = this.#lastMs - this.startMs;
    return {
      sequences: this.finished + this.failures + this.#cancelled,
      finished: this.finished,
      failed: this.failures,
      cancelled: this.#cancelled,
      finishReasons: { ...this.#reasons },
      promptTokens: this.#promptTokens,
      tokens: this.tokens,
      takenBack,
      elapsedMs: round(elapsedMs),
      tokensPerSecond: elapsedMs > 0 ? Math.round(this.tokens / (elapsedMs / 1000)) : 0,
      ...percentiles("ttftMs", this.#ttftUs),
      ...percentiles("itlMs", this.#itlUs),
      seed: typeof seed === "bigint" ? String(seed) : seed,
      source,
      vocabSize,
      workers,
    };
  }
}

function microsecondHistogram(): Histogram {
  return build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 });
}

function percentiles<Name extends string>(name: Name, histogram: Histogram): Partial<Record<Name, Percentiles>> {
  if (histogram.totalCount === 0) return {};
  const at = (percentile: number): number => round(histogram.getValueAtPercentile(percentile) / 1000);
  const value: Percentiles = { p50: at(50), p99: at(99), max: round(histogram.maxValue / 1000) };
  return { [name]: value } as Record<Name, Percentiles>;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
