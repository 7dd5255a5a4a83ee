/** A whole run: what every process measured, and where. The JSON that `npm run bench` writes and `--compare` reads. */
import { readFileSync } from "node:fs";
import type { Point, Series } from "../measuring/index.ts";
import { median } from "../measuring/index.ts";
import type { MachineFacts } from "./machineFacts.ts";

/** What one process measured of a series: a value each round. */
interface ProcessValues {
  readonly values: readonly number[];
  readonly ratios?: readonly number[];
}

export interface RunSeries {
  readonly bench: string;
  readonly name: string;
  readonly at: Point;
  readonly unit: string;
  readonly processes: readonly ProcessValues[];
}

export interface BenchRun {
  readonly mode: "quick" | "full";
  /** Commit of the working tree, with `+` if it was changed; undefined outside a repository. */
  readonly commit: string | undefined;
  readonly machine: MachineFacts;
  /** How often each benchmark's process was started. */
  readonly processCount: number;
  readonly durationSeconds: number;
  readonly series: readonly RunSeries[];
}

/** Names a series: equal for the same thing measured in another process or run. */
export function keyOf({ bench, name, at }: Pick<RunSeries, "bench" | "name" | "at">): string {
  const point = Object.entries(at).map(([key, value]) => `${key} ${value}`);
  return [bench, name, ...point].join(", ");
}

/** Puts together what the processes measured, series by series. */
export function mergeSeries(processes: readonly (readonly Series[])[]): RunSeries[] {
  const merged = new Map<string, RunSeries & { processes: ProcessValues[] }>();
  for (const { bench, name, at, unit, values, ratios } of processes.flat()) {
    const key = keyOf({ bench, name, at });
    if (!merged.has(key)) merged.set(key, { bench, name, at, unit, processes: [] });
    const rounded = { values: values.map(round), ...(ratios && { ratios: ratios.map(round) }) };
    merged.get(key)!.processes.push(rounded);
  }
  return [...merged.values()];
}

const round = (value: number): number => Number(value.toPrecision(5));

/** Median of one process's rounds, for each process. */
export function processMedians({ processes }: RunSeries, of: "values" | "ratios"): number[] {
  return processes.map((process) => median(process[of] ?? [])).filter((value) => !Number.isNaN(value));
}

/** Median over the processes' medians. */
export function medianOf(series: RunSeries, of: "values" | "ratios" = "values"): number {
  return median(processMedians(series, of));
}

/** How far a process's median lies from the median of all, at most, as a part of it; NaN with fewer than two processes. */
export function spreadOf(series: RunSeries, of: "values" | "ratios"): number {
  const medians = processMedians(series, of);
  if (medians.length < 2) return Number.NaN;
  const middle = median(medians);
  return Math.max(...medians.map((value) => Math.abs(value / middle - 1)));
}

/** Reads a run. @throws Error if the file is no run; the file system's error. */
export function readRun(path: string): BenchRun {
  const run = JSON.parse(readFileSync(path, "utf8")) as Partial<BenchRun>;
  if (!Array.isArray(run.series) || run.machine === undefined || run.mode === undefined)
    throw new Error(`"${path}" expected a run of npm run bench, got other JSON`);
  return run as BenchRun;
}
