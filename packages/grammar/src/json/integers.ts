/** Integers between two bounds as a regular expression over their digits, without further zeros in front. */
import type { TextRegex } from "../regex/textRegex.ts";
import { between, concat, digit, empty, literal, none, or, repeat } from "./texts.ts";

export function integerRange(least: bigint, most: bigint): TextRegex {
  if (least > most) return none;
  const parts: TextRegex[] = [];
  if (most >= 0n) parts.push(naturals(least < 0n ? 0n : least, most));
  if (least < 0n) parts.push(concat(literal("-"), naturals(most < 0n ? -most : 1n, -least)));
  return or(...parts);
}

function naturals(least: bigint, most: bigint): TextRegex {
  if (least > most) return none;
  const [low, high] = [String(least), String(most)];
  if (low.length === high.length) return sameLength(low, high);
  const longer =
    high.length - low.length > 1 ? concat(between("1", "9"), repeat(digit, low.length, high.length - 2)) : none;
  return or(sameLength(low, "9".repeat(low.length)), longer, sameLength(`1${"0".repeat(high.length - 1)}`, high));
}

/** Texts of digits, of the length of both, from one to the other: first digits that are the same, then the rest of each. */
function sameLength(low: string, high: string): TextRegex {
  const rest = low.length - 1;
  if (rest < 0) return empty;
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(digit, rest + 1, rest + 1);
  const [first, last] = [low.charCodeAt(0), high.charCodeAt(0)];
  if (first === last) return concat(literal(low[0]!), sameLength(low.slice(1), high.slice(1)));
  const isWholeLow = /^0*$/.test(low.slice(1));
  const isWholeHigh = /^9*$/.test(high.slice(1));
  const [from, to] = [isWholeLow ? first : first + 1, isWholeHigh ? last : last - 1];
  return or(
    isWholeLow ? none : concat(literal(low[0]!), sameLength(low.slice(1), "9".repeat(rest))),
    from > to ? none : concat(between(String.fromCharCode(from), String.fromCharCode(to)), repeat(digit, rest, rest)),
    isWholeHigh ? none : concat(literal(high[0]!), sameLength("0".repeat(rest), high.slice(1))),
  );
}
