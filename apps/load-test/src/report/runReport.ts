/** The result of one run, as data. `reportSchema.ts` is its JSON schema. */
import type { Calibration } from "./calibration.ts";
import type { MetricSummary } from "../measure/latencyHistogram.ts";
import type { MetricName } from "../measure/metrics.ts";
import type { Counts, ErrorCount, SliceData } from "../measure/recorder.ts";
import type { SteadyState } from "../measure/steadyState.ts";
import type { DriverUsage } from "../load/loadProcess.ts";
import type { ResourceSample } from "../load/resourceWatch.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { MachineFacts } from "./machineFacts.ts";

export const reportVersion = 1;

/** A metric's statistics in ms, and its raw histogram in ns (HdrHistogram V2, deflated, base64; "" when empty). */
export interface MetricReport extends MetricSummary {
  readonly histogram: string;
}

export interface Rates {
  /** Requests that ended well in the window, per second. */
  readonly requestsPerSecond: number;
  /** Output tokens (rows, for pool and logits) in the window, per second. */
  readonly tokensPerSecond: number;
  /** Logits read, 10^9 bytes per second, where the size of a row is known. */
  readonly gigabytesPerSecond: number | null;
  /** Requests within all limits, per second; equal to requestsPerSecond without limits. */
  readonly goodRequestsPerSecond: number;
  /** Failed requests as a share of those due in the window. */
  readonly errorRate: number;
}

export interface SloResult {
  readonly limit: string;
  readonly actual: number;
  readonly isKept: boolean;
}

export interface RunReport {
  readonly kind: "run";
  readonly version: typeof reportVersion;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly machine: MachineFacts;
  readonly scenario: Scenario;
  readonly target: Readonly<Record<string, unknown>>;
  /** Requests due in it count for latencies, events in it for rates. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** When the last request had ended. */
  readonly endMs: number;
  readonly counts: Counts;
  readonly rates: Rates;
  readonly metrics: Readonly<Record<MetricName, MetricReport>>;
  readonly settings: Readonly<Record<string, { readonly counts: Counts; readonly e2e: MetricReport }>>;
  readonly errors: Readonly<Record<string, ErrorCount>>;
  readonly slo: readonly SloResult[];
  /** Of tokens per second, or of requests where there are no tokens. Null for runs of fewer than eight slices. */
  readonly steady: (SteadyState & { readonly of: "tokens" | "requests" }) | null;
  readonly sliceMs: number;
  readonly slices: readonly SliceData[];
  readonly resources: readonly ResourceSample[];
  readonly driver: DriverUsage;
  /** Reasons to doubt the figures. */
  readonly warnings: readonly string[];
  readonly calibration: Calibration | null;
}
