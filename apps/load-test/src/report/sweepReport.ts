/** The result of a sweep, as data. */
import type { Calibration } from "./calibration.ts";
import type { MetricSummary } from "../measure/latencyHistogram.ts";
import type { MetricName } from "../measure/metrics.ts";
import type { MachineFacts } from "./machineFacts.ts";
import type { Rates, reportVersion, SloResult } from "./runReport.ts";
import type { Axis } from "../scenario/axis.ts";
import type { Saturation } from "../measure/saturation.ts";

/** One run of one point. */
export interface PointRun {
  readonly startedAt: string;
  readonly rates: Rates;
  readonly metrics: Readonly<Record<MetricName, MetricSummary>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly slo: readonly SloResult[];
  readonly isSteady: boolean | null;
  /** Mean over the run; null where the target is not local. */
  readonly targetCores: number | null;
  readonly targetResidentBytes: number | null;
  readonly driverCores: number;
}

export interface SweepPoint {
  /** One value per axis. */
  readonly values: readonly (number | string | boolean)[];
  readonly runs: readonly PointRun[];
  /** Histograms of all runs together, in ns (HdrHistogram V2, deflated, base64). */
  readonly histograms: Readonly<Record<MetricName, string>>;
}

/** Points that differ in the first axis only. */
export interface Series {
  /** Values of the other axes. */
  readonly values: readonly (number | string | boolean)[];
  /** Null where the first axis is no load. */
  readonly saturation: Saturation | null;
}

export interface SweepReport {
  readonly kind: "sweep";
  readonly version: typeof reportVersion;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly machine: MachineFacts;
  /** The scenario as given, before the axes were set. */
  readonly scenario: Readonly<Record<string, unknown>>;
  readonly axes: readonly Axis[];
  readonly repeats: number;
  readonly points: readonly SweepPoint[];
  readonly series: readonly Series[];
  readonly calibration: Calibration | null;
}
