/** Parsers of number flags. */
import { UsageError } from "./errors.ts";

/** A number as JSON and people write it; undefined for anything else. */
export function parseNumber(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** @throws (when parsing) UsageError unless the text is an integer in [least, most]. */
export function integerFlag(flag: string, least: number, most: number = 2 ** 31 - 1): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new UsageError(`"${flag}" expected integer in [${least}, ${most}], got ${JSON.stringify(text)}`);
  };
}

/** @throws (when parsing) UsageError unless the text is a number above 0. */
export function positiveFlag(flag: string): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    if (value !== undefined && Number.isFinite(value) && value > 0) return value;
    throw new UsageError(`"${flag}" expected number > 0, got ${JSON.stringify(text)}`);
  };
}
