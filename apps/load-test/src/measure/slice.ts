/** What happened in one slice of time. */
import { LatencyHistogram } from "./latencyHistogram.ts";
import { type SlicedMetric, slicedMetrics } from "./metrics.ts";

export class Slice {
  started = 0;
  completed = 0;
  failed = 0;
  cancelled = 0;
  /** Completed within the limits. */
  good = 0;
  tokens = 0;
  /** Requests in flight at its end. */
  inFlight = 0;
  /** Two digits; requests count where they end, gaps where they end. */
  readonly histograms: Record<SlicedMetric, LatencyHistogram> = makeHistograms();

  add(other: Slice): void {
    this.started += other.started;
    this.completed += other.completed;
    this.failed += other.failed;
    this.cancelled += other.cancelled;
    this.good += other.good;
    this.tokens += other.tokens;
    this.inFlight += other.inFlight;
    for (const name of slicedMetrics) this.histograms[name].add(other.histograms[name]);
  }
}

function makeHistograms(): Record<SlicedMetric, LatencyHistogram> {
  return { e2e: new LatencyHistogram(2), ttft: new LatencyHistogram(2), itl: new LatencyHistogram(2) };
}
