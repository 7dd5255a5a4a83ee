/** Parsers of number flags. */
import { UsageError } from "./errors.ts";

/** @throws (when parsing) UsageError unless the text is an integer in [least, most]. */
export function integerFlag(flag: string, least: number, most: number = 2 ** 31 - 1): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new UsageError(`"${flag}" expected integer in [${least}, ${most}], got ${JSON.stringify(text)}`);
  };
}

/** @throws (when parsing) UsageError unless the text is a number above 0, or 0 itself if `mayBeZero`. */
export function positiveFlag(flag: string, mayBeZero = false): (text: string) => number {
  return (text) => {
    const value = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && (value > 0 || (mayBeZero && value === 0))) return value;
    throw new UsageError(`"${flag}" expected number ${mayBeZero ? "≥" : ">"} 0, got ${JSON.stringify(text)}`);
  };
}
