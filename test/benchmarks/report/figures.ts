/** How the report writes a figure. */
import { medianOf, type RunSeries, spreadOf } from "../run/benchRun.ts";

/** Three significant digits, thousands with commas: `1,135`, `18.5`, `0.83`. */
export function number(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const [fewest, most] = value >= 1000 ? [0, 0] : [Math.min(digits, 2), Math.min(digits, 2)];
  return value.toLocaleString("en", { minimumFractionDigits: fewest, maximumFractionDigits: most });
}

/** `18.5 (1.38 ±2 %)`: the median, its multiple of the yardstick, and how far processes lie from that. */
export function timeCell(series: RunSeries | undefined): string {
  if (series === undefined) return "";
  const hasRatios = series.processes[0]?.ratios !== undefined;
  const spread = spreadText(spreadOf(series, hasRatios ? "ratios" : "values"));
  const time = number(medianOf(series));
  return hasRatios ? `${time} (${number(medianOf(series, "ratios"))}${spread})` : `${time}${spread}`;
}

const spreadText = (spread: number): string => (Number.isNaN(spread) ? "" : ` ±${Math.round(100 * spread)} %`);

/** Unique values in the order of their first appearance. */
export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** A vocabulary size, or any whole number: `128,256`. */
export const whole = (value: string | number): string => Number(value).toLocaleString("en");
