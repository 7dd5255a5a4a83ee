/** Throughput and latency of all sequences as the page sees them. */

export interface Reading {
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly ttftMs: number | undefined;
  readonly itlP50Ms: number | undefined;
  readonly itlP99Ms: number | undefined;
  /** Tokens a second in slices of `sliceMs`, oldest first. */
  readonly history: readonly number[];
}

const sliceMs = 200;
const slices = 60;
const mostSamples = 4000;

export class Meter {
  #tokens = 0;
  readonly #ttftMs: number[] = [];
  readonly #itlMs: number[] = [];
  readonly #arrivals = new Map<number, number>();

  first(ttftMs: number): void {
    this.#ttftMs.push(ttftMs);
  }

  next(itlMs: number): void {
    this.#itlMs.push(itlMs);
    if (this.#itlMs.length > mostSamples) this.#itlMs.splice(0, mostSamples / 2);
  }

  token(nowMs: number): void {
    this.#tokens++;
    const slice = Math.floor(nowMs / sliceMs);
    this.#arrivals.set(slice, (this.#arrivals.get(slice) ?? 0) + 1);
  }

  read(nowMs: number): Reading {
    const current = Math.floor(nowMs / sliceMs);
    for (const slice of this.#arrivals.keys()) if (slice < current - slices) this.#arrivals.delete(slice);
    const history = Array.from(
      { length: slices },
      (_, i) => ((this.#arrivals.get(current - slices + i) ?? 0) * 1000) / sliceMs,
    );
    const last = history.slice(-5);
    return {
      tokens: this.#tokens,
      tokensPerSecond: last.reduce((a, b) => a + b, 0) / last.length,
      ttftMs: quantile(this.#ttftMs, 0.5),
      itlP50Ms: quantile(this.#itlMs, 0.5),
      itlP99Ms: quantile(this.#itlMs, 0.99),
      history,
    };
  }
}

/** The nearest-rank quantile. */
function quantile(values: readonly number[], q: number): number | undefined {
  if (values.length === 0) return undefined;
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)];
}
