/** Parser of a whole-number flag. */
import { UsageError } from "../cli/errors.ts";
import { parseNumber } from "./parseValue.ts";

/** @throws (when parsing) UsageError unless the text is an integer in [least, most]. */
export function integerFlag(flag: string, least: number, most: number = 2 ** 31 - 1): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new UsageError(`"${flag}" expected integer in [${least}, ${most}], got ${JSON.stringify(text)}`);
  };
}
