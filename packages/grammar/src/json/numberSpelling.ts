/**
 * How numbers are written: the spellings that stand for them in an output. Every set of numbers is a regular expression
 * over these, and holds all spellings of each of its numbers, so that sets meet and complement exactly. Zero has no sign.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import { and, between, concat, digit, empty, literal, not, oneOfRanges, optional, or, repeat } from "./texts.ts";

export interface NumberLimits {
  /** Largest absolute value of an integer that a bound of the schema does not limit. */
  readonly largestInteger: bigint;
  /** Most digits of a number before its exponent. */
  readonly numberDigits: number;
}

const minus = literal("-");
const point = literal(".");
const nonZero = between("1", "9");
/** Digits without a needless zero in front. */
export const whole: TextRegex = or(literal("0"), concat(nonZero, repeat(digit, 0)));
/** Of texts of whole numbers those too that have a point and zeros behind it. */
export function withZeroFraction(wholeTexts: TextRegex): TextRegex {
  return or(wholeTexts, concat(wholeTexts, point, repeat(literal("0"), 1)));
}

const isWholeValue = withZeroFraction(whole);
const zero = withZeroFraction(literal("0"));

/** The set of a set of absolute values, and of their negatives. */
export function withSign(sign: "+" | "-", magnitudes: TextRegex): TextRegex {
  return sign === "+" ? magnitudes : concat(minus, and(magnitudes, not(zero)));
}

export function withAnySign(magnitudes: TextRegex): TextRegex {
  return or(withSign("+", magnitudes), withSign("-", magnitudes));
}

/** Values without a fraction, in every spelling. */
export const wholeValues: TextRegex = withAnySign(isWholeValue);

const anySpelling = withAnySign(concat(whole, optional(concat(point, repeat(digit, 1)))));

/** All spellings without exponent. @param digits most in all; the bound stands outside, where searches can do without it */
export function plainNumbers(digits: number): TextRegex {
  const few = concat(digit, repeat(concat(optional(point), digit), 0, digits - 1));
  return and(anySpelling, concat(optional(minus), few));
}

/** All spellings, where no bound nor multiple needs their value. The exponent stays where a double follows it. */
export function allNumbers(digits: number): TextRegex {
  const mark = oneOfRanges([0x45, 0x45], [0x65, 0x65]);
  const sign = oneOfRanges([0x2b, 0x2b], [0x2d, 0x2d]);
  const exponent = concat(mark, optional(sign), repeat(digit, 1, 2));
  return concat(plainNumbers(digits), or(empty, exponent));
}
