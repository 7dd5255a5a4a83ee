/** The format `any_text` of structural tags: free text, up to what comes after it. */
import { andText, anyCharacter, concatText, literalText, orText, repeatText } from "../regex/textRegexes.ts";
import type { FormatReader } from "./formats.ts";
import { textUpTo, textWithout } from "./freeText.ts";
import { type Node, textNode } from "./nodes.ts";

const endless = Number.POSITIVE_INFINITY;

/** @param ends one of which comes after it; none: nothing does */
export function anyTextNode(format: FormatReader, ends: readonly string[]): Node {
  format.checkNames(["type", "excludes", "max_tokens", "max_chars"]);
  format.refuseField("max_tokens", "text is not counted in tokens; max_chars counts characters");
  const excluded = format.texts("excludes");
  const isBounded = format.value["max_chars"] !== undefined && format.value["max_chars"] !== null;
  const length = repeatText(anyCharacter, 0, isBounded ? format.count("max_chars") : endless);
  if (ends.length === 0)
    return textNode(isBounded || excluded.length > 0 ? andText([length, textWithout(excluded)]) : length);
  const markers = [...ends, ...excluded];
  return textNode(
    orText(
      ends.map((end) => {
        const upTo = textUpTo(end, markers);
        return isBounded ? andText([concatText([length, literalText(end)]), upTo]) : upTo;
      }),
    ),
  );
}
