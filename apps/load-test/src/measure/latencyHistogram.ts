/** An HDR histogram of milliseconds, kept in nanoseconds: 3 significant digits up to an hour, or 2 for slices of time. */
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Int32Histogram,
  type JsHistogram,
} from "hdr-histogram-js";

const nsPerMs = 1e6;
const longestNs = 3_600_000 * nsPerMs;

export interface MetricSummary {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export class LatencyHistogram {
  readonly #histogram: Int32Histogram;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  constructor(digits: 2 | 3) {
    this.#histogram = new Int32Histogram(1, 2, digits);
    this.#histogram.autoResize = true;
  }

  static decode(text: string): LatencyHistogram {
    const decoded = decodeFromCompressedBase64(text, 32) as JsHistogram;
    const histogram = new LatencyHistogram(decoded.numberOfSignificantValueDigits as 2 | 3);
    if (decoded.totalCount > 0) {
      histogram.#histogram.add(decoded);
      histogram.#min = decoded.getValueAtPercentile(0);
      histogram.#max = decoded.maxValue;
    }
    return histogram;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(ms: number): void {
    const ns = Math.min(longestNs, Math.max(0, Math.round(ms * nsPerMs)));
    this.#histogram.recordValue(ns);
    if (ns < this.#min) this.#min = ns;
    if (ns > this.#max) this.#max = ns;
  }

  add(other: LatencyHistogram): void {
    if (other.count === 0) return;
    this.#histogram.add(other.#histogram);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Milliseconds; `percentile` in [0, 100]; 0 for an empty histogram. */
  percentile(percentile: number): number {
    if (this.count === 0) return 0;
    // The histogram gives the upper end of a bucket, which may lie above the largest value.
    return Math.min(this.#max, Math.max(this.#min, this.#histogram.getValueAtPercentile(percentile))) / nsPerMs;
  }

  summary(): MetricSummary {
    const isEmpty = this.count === 0;
    return {
      count: this.count,
      mean: isEmpty ? 0 : this.#histogram.mean / nsPerMs,
      deviation: isEmpty ? 0 : this.#histogram.stdDeviation / nsPerMs,
      min: isEmpty ? 0 : this.#min / nsPerMs,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p95: this.percentile(95),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.#max / nsPerMs,
    };
  }

  /** Buckets that are not empty, ascending. */
  buckets(): Bucket[] {
    const histogram = this.#histogram;
    const buckets: Bucket[] = [];
    for (let index = 0; index < histogram.countsArrayLength; index++) {
      const count = histogram.getCountAtIndex(index);
      if (count === 0) continue;
      const fromNs = histogram.valueFromIndex(index);
      buckets.push({ fromMs: fromNs / nsPerMs, toMs: (histogram.highestEquivalentValue(fromNs) + 1) / nsPerMs, count });
    }
    return buckets;
  }

  /** HdrHistogram V2, deflated, base64: what other HDR tools read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
