/** Numbers on one side of a bound, as regular expressions over their spellings: digit by digit, exactly. */
import type { TextRegex } from "../regex/textRegex.ts";
import { type Decimal, partsOf } from "./decimal.ts";
import { whole as wholeDigits, withAnySign, withSign } from "./numberSpelling.ts";
import { and, between, concat, digit, empty, literal, none, not, optional, or, repeat } from "./texts.ts";

const digits = repeat(digit, 0);
const anyFraction = optional(concat(literal("."), repeat(digit, 1)));
const anyMagnitude = concat(wholeDigits, anyFraction);
const zeros = repeat(literal("0"), 0);

/** Numbers above the bound, or at it unless it is exclusive. */
export function atLeast(bound: Decimal, isExclusive: boolean): TextRegex {
  const magnitude = { ...bound, isNegative: false };
  if (!bound.isNegative) return withSign("+", isExclusive ? above(magnitude) : from(magnitude));
  return or(
    withSign("+", anyMagnitude),
    withSign("-", and(anyMagnitude, not(isExclusive ? from(magnitude) : above(magnitude)))),
  );
}

/** Numbers below the bound, or at it unless it is exclusive. */
export function atMost(bound: Decimal, isExclusive: boolean): TextRegex {
  return and(withAnySign(anyMagnitude), not(atLeast(bound, !isExclusive)));
}

/** The number in all its spellings. */
export function exactly(value: Decimal): TextRegex {
  const { whole, fraction } = partsOf(value);
  const point = literal(".");
  const behind =
    fraction === "" ? optional(concat(point, repeat(literal("0"), 1))) : concat(point, literal(fraction), zeros);
  return concat(value.isNegative ? literal("-") : empty, literal(whole), behind);
}

function from(magnitude: Decimal): TextRegex {
  return or(exactly(magnitude), above(magnitude));
}

function above(magnitude: Decimal): TextRegex {
  const { whole, fraction } = partsOf(magnitude);
  const longer = concat(between("1", "9"), repeat(digit, whole.length));
  const largerWhole = Array.from(whole, (each, i) =>
    concat(literal(whole.slice(0, i)), larger(each), repeat(digit, whole.length - 1 - i, whole.length - 1 - i)),
  );
  const largerFraction = Array.from(fraction, (each, i) => concat(literal(fraction.slice(0, i)), larger(each), digits));
  const further = concat(literal(fraction), digits, between("1", "9"), digits);
  return or(
    concat(or(longer, ...largerWhole), anyFraction),
    concat(literal(whole), literal("."), or(...largerFraction, further)),
  );
}

function larger(each: string): TextRegex {
  return each === "9" ? none : between(String(Number(each) + 1), "9");
}

/** The number in its shortest spelling without exponent. */
export function shortest(value: Decimal): TextRegex {
  const { whole, fraction } = partsOf(value);
  return literal(`${value.isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`);
}
