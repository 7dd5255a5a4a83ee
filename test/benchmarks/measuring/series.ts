/** What a benchmark process measured: one series for each thing timed, a value each round. */
import { writeFileSync } from "node:fs";
import { median } from "./statistics.ts";

/** What was varied, such as `{ vocabSize: 50257, rows: "flat" }`. */
export type Point = Readonly<Record<string, string | number>>;

export interface Series {
  /** The benchmark: `settings`, `peers`, `pool`, … */
  readonly bench: string;
  /** What was timed. */
  readonly name: string;
  readonly at: Point;
  /** Of the values, such as "µs a row". */
  readonly unit: string;
  /** A value each round. */
  readonly values: readonly number[];
  /** The same as multiples of the benchmark's yardstick (mostly R, the plain read) at that time, where there is one. */
  readonly ratios?: readonly number[];
}

/** Writes the series to the file that `BENCH_JSON` names; without one, nowhere. */
export function writeSeries(series: readonly Series[]): void {
  const path = process.env["BENCH_JSON"];
  if (path !== undefined) writeFileSync(path, JSON.stringify(series));
}

/** One line each: medians, and their ratio to the yardstick. */
export function printSeries(series: readonly Series[]): void {
  for (const { bench, name, at, unit, values, ratios } of series) {
    const point = Object.entries(at).map(([key, value]) => `${key} ${value}`);
    const ratio = ratios ? `${median(ratios).toFixed(2)} ×` : "";
    console.log(
      `${bench.padEnd(9)} ${name.padEnd(36)} ${point.join(", ").padEnd(36)} ${median(values).toFixed(2).padStart(10)} ${unit} ${ratio}`,
    );
  }
}
