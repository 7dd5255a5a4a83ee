/** What the packages' benchmarks share: rounds of tasks side by side, and the series that a process hands over. */
export { readRowSets, type RecordedRows } from "./recorded.ts";
export { type Point, printSeries, type Series, writeSeries } from "./series.ts";
export { median, quantile } from "./statistics.ts";
export { rounds, sideBySide, timeMs, type Task, type Times } from "./sideBySide.ts";
