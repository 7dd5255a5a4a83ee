/** What can be said of a number, and all that is said of it as one regular expression over its spellings. */
import { compareDecimals, type Decimal, decimalOf, partsOf } from "../json/decimal.ts";
import { atLeast, atMost, exactly, shortest } from "../json/decimalRange.ts";
import { integerRange } from "../json/integers.ts";
import { multiplesOf } from "../json/multiples.ts";
import { allNumbers, type NumberLimits, plainNumbers, withZeroFraction, wholeValues } from "../json/numberSpelling.ts";
import { and, none, not, or } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { type Claims, claimsIn, type ClaimTable, conjuncts } from "./claims.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import type { Leaf, NumberLeaf } from "./leaves.ts";
import { fewMultiples, isOfMultiples } from "./multipleClaims.ts";

export interface NumberClaim {
  readonly leaf: NumberLeaf;
  readonly isTrue: boolean;
}

export function numberClaimKeys(): (claim: NumberClaim) => string {
  const numbers = new Map<NumberLeaf, number>();
  return ({ leaf, isTrue }) => {
    if (leaf.is === "whole") return `whole ${isTrue}`;
    const number = numbers.get(leaf) ?? numbers.size;
    numbers.set(leaf, number);
    return `${number} ${isTrue}`;
  };
}

/** The complement of a bound is a bound. */
export function claimOf(table: ClaimTable<NumberClaim>, leaf: Leaf, isTrue: boolean): Claims<NumberClaim> {
  if (leaf.type !== "number") throw new TypeError("expected a leaf of numbers");
  if (isTrue || (leaf.is !== "atLeast" && leaf.is !== "atMost")) return table.claim({ leaf, isTrue });
  const is = leaf.is === "atLeast" ? "atMost" : "atLeast";
  return table.claim({ leaf: { ...leaf, is, isExclusive: !leaf.isExclusive }, isTrue: true });
}

/** By claims and limits: what they came to before, so that all schemas have the same data for the same numbers. */
const made = new Map<string, TextRegex>();
const mostMade = 1000;

/** Spellings of the numbers that it is true of. */
export function numberTexts(claims: Claims<NumberClaim>, limits: NumberLimits): TextRegex {
  const key = `${limits.largestInteger} ${limits.numberDigits} ${keyOf(claims)}`;
  let texts = made.get(key);
  if (!texts) {
    texts = makeTexts(claims, limits);
    if (made.size >= mostMade) made.clear();
    made.set(key, texts);
  }
  return texts;
}

function keyOf(claims: Claims<NumberClaim>): string {
  if ("parts" in claims) return `${claims.kind}(${claims.parts.map(keyOf).join()})`;
  if (claims.kind !== "claim") return claims.kind;
  const { leaf, isTrue } = claims.claim;
  return `${isTrue} ${leaf.is} ${decimalsOf(leaf).map(decimalKey).join(" ")} ${"isExclusive" in leaf && leaf.isExclusive}`;
}

function decimalKey({ isNegative, digits, scale }: Decimal): string {
  return `${isNegative ? "-" : ""}${digits}e-${scale}`;
}

/** Those that the schema names. */
function decimalsOf(leaf: NumberLeaf): readonly Decimal[] {
  if (leaf.is === "equal") return leaf.values;
  if (leaf.is === "whole") return [];
  return [leaf.is === "multiple" ? leaf.divisor : leaf.bound];
}

function makeTexts(claims: Claims<NumberClaim>, limits: NumberLimits): TextRegex {
  if (claims.kind === "false") return none;
  if (claims.kind === "true") return allNumbers(limits.numberDigits);
  if (claims.kind === "any") return or(...claims.parts.map((part) => numberTexts(part, limits)));
  const wider = widened(limits, claimsIn(claims));
  const all = conjuncts(claims);
  const { others: parts, multiples } = withFewMultiples(all);
  if (multiples.some(({ kind }) => kind === "none")) return none;
  const isWhole = parts.some((part) => part.kind === "claim" && part.claim.leaf.is === "whole" && part.claim.isTrue);
  if (isWhole) return and(wholeTexts(parts, wider), ...multiples);
  if (all.some(isOfWholeMultiples)) {
    const whole = and(wholeTexts(parts, wider), ...multiples);
    return and(plainNumbers(wider.numberDigits), withZeroFraction(whole));
  }
  return and(plainNumbers(wider.numberDigits), ...multiples, ...parts.map(textsOf));
}

/** Whether it is only of whole numbers, however they are written. */
function isOfWholeMultiples(part: Claims<NumberClaim>): boolean {
  if (part.kind !== "claim" || !part.claim.isTrue) return false;
  const { leaf } = part.claim;
  return leaf.is === "multiple" && leaf.divisor.scale === 0;
}

/** What is said by multiples alone, as texts where few divisors say it, and the other parts. */
function withFewMultiples(parts: readonly Claims<NumberClaim>[]): {
  others: readonly Claims<NumberClaim>[];
  multiples: readonly TextRegex[];
} {
  const few = fewMultiples(parts.filter(isOfMultiples));
  if (few === undefined) return { others: parts, multiples: [] };
  const others = parts.filter((part) => !isOfMultiples(part));
  if (few === false) return { others, multiples: [none] };
  const multiples = multiplesOf(decimalOf(few.of))!;
  return { others, multiples: few.except > 0 ? [multiples, not(multiplesOf(decimalOf(few.except))!)] : [multiples] };
}

interface WiderLimits {
  readonly numberDigits: number;
  readonly least: bigint;
  readonly most: bigint;
}

/** Decimals of so many digits are different doubles wherever they differ (IEEE 754 binary64). */
const doubleDigits = 15;

/** Whether a number that is read as the nearest double might no longer be one of them: they lie beside what is excluded. */
function isOpen({ leaf, isTrue }: NumberClaim): boolean {
  if (leaf.is === "multiple") return true;
  return leaf.is === "atLeast" || leaf.is === "atMost" ? leaf.isExclusive : !isTrue;
}

/** Limits far enough out for the numbers that the schema itself names. */
function widened({ largestInteger, numberDigits }: NumberLimits, claims: readonly NumberClaim[]): WiderLimits {
  const areOpen = claims.some(isOpen);
  let [digits, least, most] = [
    areOpen ? Math.min(numberDigits, doubleDigits) : numberDigits,
    -largestInteger,
    largestInteger,
  ];
  for (const { leaf } of claims) {
    for (const decimal of decimalsOf(leaf)) {
      const { whole, fraction } = partsOf(decimal);
      digits = Math.max(digits, whole.length + (areOpen ? 0 : fraction.length + (leaf.is === "equal" ? 0 : 1)));
      if (BigInt(whole) <= largestInteger) continue;
      const largest = 10n ** BigInt(whole.length) - 1n;
      if (decimal.isNegative) least = -largest < least ? -largest : least;
      else most = largest > most ? largest : most;
    }
  }
  return { numberDigits: digits, least, most };
}

function wholeTexts(parts: readonly Claims<NumberClaim>[], { least, most }: WiderLimits): TextRegex {
  let [low, high] = [least, most];
  const others: TextRegex[] = [];
  for (const part of parts) {
    const leaf = part.kind === "claim" && part.claim.isTrue ? part.claim.leaf : undefined;
    if (leaf?.is === "whole") continue;
    if (leaf?.is === "atLeast") {
      const bound = -floor(leaf.bound, true, leaf.isExclusive);
      if (bound > low) low = bound;
    } else if (leaf?.is === "atMost") {
      const bound = floor(leaf.bound, false, leaf.isExclusive);
      if (bound < high) high = bound;
    } else others.push(textsOf(part));
  }
  return and(integerRange(low, high), ...others);
}

/** The largest integer at or below the decimal, or its negative; below it if the bound is exclusive. */
function floor({ isNegative, digits, scale }: Decimal, isNegated: boolean, isExclusive: boolean): bigint {
  const unit = 10n ** BigInt(scale);
  const value = isNegative === isNegated ? digits : -digits;
  const rest = ((value % unit) + unit) % unit;
  return (value - rest) / unit - (isExclusive && rest === 0n ? 1n : 0n);
}

/** In every spelling, so that they meet; those that the schema names, shortest. */
function textsOf(claims: Claims<NumberClaim>): TextRegex {
  if (claims.kind === "all") return and(...claims.parts.map(textsOf));
  if (claims.kind === "any") return or(...claims.parts.map(textsOf));
  if (claims.kind !== "claim") return claims.kind === "true" ? not(none) : none;
  const { leaf, isTrue } = claims.claim;
  switch (leaf.is) {
    case "whole":
      return isTrue ? wholeValues : not(wholeValues);
    case "equal":
      return isTrue ? or(...distinct(leaf.values).map(shortest)) : not(or(...leaf.values.map(exactly)));
    case "multiple": {
      const multiples = multiplesOf(leaf.divisor);
      const { keyword, pointer } = leaf.origin;
      if (!multiples) throw new UnsupportedSchemaError(keyword, pointer, "the number has too many digits");
      return isTrue ? multiples : not(multiples);
    }
    case "atLeast":
      return isTrue ? atLeast(leaf.bound, leaf.isExclusive) : not(atLeast(leaf.bound, leaf.isExclusive));
    case "atMost":
      return isTrue ? atMost(leaf.bound, leaf.isExclusive) : not(atMost(leaf.bound, leaf.isExclusive));
    default:
      return leaf satisfies never;
  }
}

function distinct(values: readonly Decimal[]): Decimal[] {
  return values.filter((value, i) => values.findIndex((each) => compareDecimals(each, value) === 0) === i);
}
