/** What a slider for a parameter looks like: the parameter's own data. */
import type { Parameter } from "@tokenmill/core";

export interface Slider {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** The value at which the parameter does nothing, if there is one. */
  readonly off: number | undefined;
  /** A value worth looking at first. */
  readonly start: number;
}

const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === "number" ? value : otherwise);

/** For parameters of kind `number` and `integer`; the number field beside the slider takes every value of the range. */
export function sliderOf(parameter: Parameter, vocabSize: number): Slider {
  const { kind, range, usualMost = Infinity, off, start, countsTokens = false } = parameter;
  const { least, most, ends, or = Infinity } = range!;
  const step = kind === "integer" ? 1 : 0.01;
  // an end that is outside of the range is a step away
  const first = Math.min(ends.startsWith("(") ? least + step : least, or);
  const last = Math.min(usualMost, ends.endsWith(")") && most < Infinity ? most - step : most);
  const end = Math.max(first + step, countsTokens ? Math.min(last, vocabSize) : last);
  const rounded = Number(end.toFixed(2));
  return { least: first, most: rounded, step, off: numberOr(off, undefined), start: numberOr(start, first) };
}
