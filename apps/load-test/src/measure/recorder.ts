/**
 * Everything measured in one process. Latencies are of requests that were due in the measured window; rates are of
 * what happened in the window, whichever request it belongs to.
 */
import { LatencyHistogram } from "./latencyHistogram.ts";
import { type MetricName, metricNames, slicedMetrics } from "./metrics.ts";
import { Slice } from "./slice.ts";

export interface ErrorCount {
  count: number;
  /** The first message of this kind. */
  example: string;
}

/** Request counts of the measured window. */
export interface Counts {
  /** Requests that should have begun. */
  due: number;
  completed: number;
  failed: number;
  cancelled: number;
  good: number;
}

/** What happened in the measured window, whichever request it belongs to. */
export interface WindowCounts {
  tokens: number;
  completed: number;
  good: number;
}

/** One request, as `--samples` writes it. Times in ms from the start. */
export interface Sample {
  readonly index: number;
  readonly setting: string;
  readonly isMeasured: boolean;
  readonly dueMs: number;
  readonly sentMs: number;
  readonly firstTokenMs: number | undefined;
  readonly endMs: number;
  readonly tokens: number;
  readonly outcome: string;
  readonly itlMs: readonly number[];
}

/** The same as data that travels between processes and into files. */
export interface RecordedData {
  readonly histograms: Record<MetricName, string>;
  readonly settings: Record<string, { counts: Counts; e2e: string }>;
  readonly slices: readonly SliceData[];
  readonly errors: Record<string, ErrorCount>;
  readonly counts: Counts;
  readonly window: WindowCounts;
  readonly samples: readonly Sample[];
  /** When the last request ended, in ms from the start. */
  readonly endMs: number;
}

export interface SliceData {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly good: number;
  readonly tokens: number;
  readonly inFlight: number;
  readonly histograms: Record<(typeof slicedMetrics)[number], string>;
}

const newCounts = (): Counts => ({ due: 0, completed: 0, failed: 0, cancelled: 0, good: 0 });

export class Recorder {
  readonly sliceMs: number;
  readonly histograms: Record<MetricName, LatencyHistogram>;
  readonly settings: Map<string, { counts: Counts; e2e: LatencyHistogram }> = new Map();
  readonly slices: Slice[] = [];
  readonly errors: Map<string, ErrorCount> = new Map();
  readonly counts: Counts = newCounts();
  readonly window: WindowCounts = { tokens: 0, completed: 0, good: 0 };
  readonly samples: Sample[] = [];
  endMs = 0;

  constructor(sliceMs: number) {
    this.sliceMs = sliceMs;
    this.histograms = Object.fromEntries(metricNames.map((name) => [name, new LatencyHistogram(3)])) as Record<
      MetricName,
      LatencyHistogram
    >;
  }

  /** The slice that holds `atMs`; times before the start belong to the first. */
  sliceAt(atMs: number): Slice {
    const index = Math.max(0, Math.floor(atMs / this.sliceMs));
    while (this.slices.length <= index) this.slices.push(new Slice());
    return this.slices[index]!;
  }

  setting(name: string): { counts: Counts; e2e: LatencyHistogram } {
    let setting = this.settings.get(name);
    if (!setting) this.settings.set(name, (setting = { counts: newCounts(), e2e: new LatencyHistogram(3) }));
    return setting;
  }

  error(kind: string, message: string, count = 1): void {
    const known = this.errors.get(kind);
    if (known) known.count += count;
    else this.errors.set(kind, { count, example: message });
  }

  toData(): RecordedData {
    const encoded = <K extends string>(names: readonly K[], of: Record<K, LatencyHistogram>): Record<K, string> =>
      Object.fromEntries(names.map((name) => [name, of[name].count === 0 ? "" : of[name].encode()])) as Record<
        K,
        string
      >;
    return {
      histograms: encoded(metricNames, this.histograms),
      settings: Object.fromEntries(
        [...this.settings].map(([name, { counts, e2e }]) => [
          name,
          { counts, e2e: e2e.count === 0 ? "" : e2e.encode() },
        ]),
      ),
      slices: this.slices.map(({ histograms, ...counters }) => ({
        ...counters,
        histograms: encoded(slicedMetrics, histograms),
      })),
      errors: Object.fromEntries(this.errors),
      counts: this.counts,
      window: this.window,
      samples: this.samples,
      endMs: this.endMs,
    };
  }

  /** Adds what another process recorded; slices of both begin at the same time. */
  merge(data: RecordedData): void {
    for (const name of metricNames) addEncoded(this.histograms[name], data.histograms[name]);
    for (const [name, { counts, e2e }] of Object.entries(data.settings)) {
      const setting = this.setting(name);
      addCounts(setting.counts, counts);
      addEncoded(setting.e2e, e2e);
    }
    data.slices.forEach(({ histograms, ...counters }, index) => {
      const slice = Object.assign(new Slice(), counters);
      for (const name of slicedMetrics) addEncoded(slice.histograms[name], histograms[name]);
      this.sliceAt((index + 0.5) * this.sliceMs).add(slice);
    });
    for (const [kind, { count, example }] of Object.entries(data.errors)) this.error(kind, example, count);
    addCounts(this.counts, data.counts);
    addCounts(this.window, data.window);
    for (const sample of data.samples) this.samples.push(sample);
    this.endMs = Math.max(this.endMs, data.endMs);
  }
}

function addEncoded(histogram: LatencyHistogram, text: string): void {
  if (text !== "") histogram.add(LatencyHistogram.decode(text));
}

function addCounts<T extends Record<keyof T, number>>(sum: T, counts: T): void {
  for (const name of Object.keys(counts) as (keyof T)[]) (sum[name] as number) += counts[name];
}
