/** Multiples of a decimal, as a regular expression over the spellings of numbers. */
import type { TextRegex } from "../regex/textRegex.ts";
import type { Decimal } from "./decimal.ts";
import { whole, withAnySign } from "./numberSpelling.ts";
import { and, concat, digit, literal, or, repeat } from "./texts.ts";

/** Largest multiple of a power of ten that is followed: residues of it are the states of an automaton. */
const largestModulus: number = 2 ** 40;

const point = literal(".");
const zeros = repeat(literal("0"), 0);

/** Undefined where its digits are too many. @param divisor above 0 */
export function multiplesOf({ digits, scale }: Decimal): TextRegex | undefined {
  if (digits > BigInt(largestModulus)) return undefined;
  const modulus = Number(digits);
  // n / 10^places is a multiple of modulus / 10^scale if n · 10^(scale − places) is one of modulus
  const written = (places: number): TextRegex => {
    const needed = modulus / gcd(modulus, scale - places);
    const shape = places === 0 ? whole : concat(whole, point, repeat(digit, places, places));
    return needed === 1 ? shape : and(shape, { kind: "multiple", modulus: needed, remainder: 0 });
  };
  const short = Array.from({ length: scale }, (_, places) => written(places));
  const padded =
    scale === 0 ? or(written(0), concat(written(0), point, literal("0"), zeros)) : concat(written(scale), zeros);
  return withAnySign(or(...short, padded));
}

/** The greatest common divisor with 10^exponent. */
function gcd(modulus: number, exponent: number): number {
  let common = 1;
  for (const prime of [2, 5]) {
    for (let i = 0; i < exponent && modulus % prime === 0; i++) {
      modulus /= prime;
      common *= prime;
    }
  }
  return common;
}
