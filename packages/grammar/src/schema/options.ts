/** How a schema is compiled: spellings, limits that make every output end, and budgets. */
import { checkBoolean, checkInteger, checkOptions, refuse } from "@tokenmill/check";
import { Budget } from "../budget/budget.ts";
import type { NumberLimits } from "../json/numberSpelling.ts";
import type { Spelling } from "../regex/textRegex.ts";
import type { Formula } from "./formula.ts";

export interface JsonSchemaOptions {
  /** Up to 8 blanks wherever JSON allows some, instead of one line with ", " and ": ". Default: false. */
  readonly anyWhitespace?: boolean;
  /** Properties in any order, where their number has no bounds, instead of as they are declared. Default: `anyWhitespace`. */
  readonly anyOrder?: boolean;
  /** Characters of strings in every spelling JSON has for them, instead of one each. Default: false. */
  readonly anyEscapes?: boolean;
  /** Largest absolute value of an integer on a side that the schema does not bound. Default: 2^53 − 1. */
  readonly largestInteger?: bigint;
  /** Most digits of a number before its exponent; more where a bound has more. Default: 17. */
  readonly numberDigits?: number;
  /** Most characters of a string without `maxLength`, and of property names that are not declared. Default: no limit. */
  readonly stringLength?: number;
  /** What compiling may take. Default: 4,000,000 steps. */
  readonly budget?: Budget;
}

export interface CompileSettings extends NumberLimits {
  readonly anyWhitespace: boolean;
  readonly anyOrder: boolean;
  readonly spelling: Spelling;
  readonly stringLength: number;
  /** Values that are compared, each inside of the one before: what is in them is written in one way. Empty: nothing is. */
  readonly comparing: readonly Formula[];
  /** The order of all names that objects declare, which are then no others' free names; empty: as each object declares them. */
  readonly nameOrder: readonly string[];
  readonly budget: Budget;
}

const names: readonly (keyof JsonSchemaOptions)[] = [
  "anyWhitespace",
  "anyOrder",
  "anyEscapes",
  "largestInteger",
  "numberDigits",
  "stringLength",
  "budget",
];
const steps = 4_000_000;

/** @throws TypeError or RangeError that names the option */
export function settingsOf(options: JsonSchemaOptions): CompileSettings {
  checkOptions("options", options, names, "JSON schema option");
  const { anyWhitespace = false, anyEscapes = false, largestInteger = BigInt(Number.MAX_SAFE_INTEGER) } = options;
  if (typeof largestInteger !== "bigint") refuse("largestInteger", "bigint of at least 0", largestInteger, true);
  if (largestInteger < 0n) refuse("largestInteger", "bigint of at least 0", largestInteger, false);
  const { stringLength = Infinity } = options;
  return {
    anyWhitespace: checkBoolean("anyWhitespace", anyWhitespace),
    anyOrder: checkBoolean("anyOrder", options.anyOrder ?? anyWhitespace),
    spelling: checkBoolean("anyEscapes", anyEscapes) ? "jsonAny" : "json",
    largestInteger,
    numberDigits: checkInteger("numberDigits", options.numberDigits ?? 17, { min: 1, max: 1000 }),
    stringLength:
      stringLength === Infinity ? Infinity : checkInteger("stringLength", stringLength, { min: 0, max: 2 ** 31 - 1 }),
    comparing: [],
    nameOrder: [],
    budget: options.budget ?? new Budget("jsonSchema", { steps }),
  };
}
