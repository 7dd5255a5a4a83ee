/** Free text up to markers: what has none of them, and what ends with the first. */
import type { TextRegex } from "../regex/textRegex.ts";
import {
  andText,
  anyCharacter,
  anyText,
  concatText,
  literalText,
  notText,
  orText,
  repeatText,
} from "../regex/textRegexes.ts";

/** Text that none of the markers is in. */
export function textWithout(markers: readonly string[]): TextRegex {
  if (markers.length === 0) return anyText;
  return notText(concatText([anyText, anyOf(markers), anyText]));
}

/** Text that ends with the marker, and has none of the markers before that is complete before its end. */
export function textUpTo(marker: string, markers: readonly string[]): TextRegex {
  const something = repeatText(anyCharacter, 1, Number.POSITIVE_INFINITY);
  const earlier = concatText([anyText, anyOf(markers), something]);
  return andText([concatText([anyText, literalText(marker)]), notText(earlier)]);
}

const anyOf = (markers: readonly string[]): TextRegex => orText(markers.map(literalText));
