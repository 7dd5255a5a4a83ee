/** Integers between two bounds as a regular expression over their digits, without further zeros in front. */
import type { TextRegex } from "../regex/textRegex.ts";
import { between, concat, digit, literal, none, or, repeat } from "./texts.ts";

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
  const between2 =
    high.length - low.length > 1 ? concat(between("1", "9"), repeat(digit, low.length, high.length - 2)) : none;
  return or(sameLength(low, "9".repeat(low.length)), between2, sameLength(`1${"0".repeat(high.length - 1)}`, high));
}

/** Texts of digits, of the length of both, from one to the other. */
function sameLength(low: string, high: string): TextRegex {
  const places = low.length;
  let at = 0;
  while (at < places && low[at] === high[at]) at++;
  const prefix = literal(low.slice(0, at));
  if (at === places) return prefix;
  const [first, last] = [low.charCodeAt(at), high.charCodeAt(at)];
  const rest = places - at - 1;
  const isWholeLow = /^0*$/.test(low.slice(at + 1));
  const isWholeHigh = /^9*$/.test(high.slice(at + 1));
  const [from, to] = [isWholeLow ? first : first + 1, isWholeHigh ? last : last - 1];
  return concat(
    prefix,
    or(
      isWholeLow ? none : concat(literal(low[at]!), onwards(low.slice(at + 1), "9")),
      from > to ? none : concat(between(String.fromCharCode(from), String.fromCharCode(to)), repeat(digit, rest, rest)),
      isWholeHigh ? none : concat(literal(high[at]!), onwards(high.slice(at + 1), "0")),
    ),
  );
}

/** Texts of digits of the same length from the text to its `end`: nines, or zeros. */
function onwards(text: string, end: "9" | "0"): TextRegex {
  const parts: TextRegex[] = [literal(text)];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === end) continue;
    const rest = text.length - at - 1;
    const [first, last] = end === "9" ? [text.charCodeAt(at) + 1, 0x39] : [0x30, text.charCodeAt(at) - 1];
    const other = between(String.fromCharCode(first), String.fromCharCode(last));
    parts.push(concat(literal(text.slice(0, at)), other, repeat(digit, rest, rest)));
  }
  return or(...parts);
}
