/** Free text among special tokens: any text, and any special token but some and the end of text. */
import { anyCharacter, anyText, repeatText } from "../regex/textRegexes.ts";
import { type Node, orNode, repeatNode, sequenceNode, textNode, type TokenRange } from "./nodes.ts";
import type { TokenNames } from "./tokens.ts";

/** Undefined if a token that is excepted is one that text is made of: text cannot do without it. */
export function freeTokens(
  except: readonly TokenRange[],
  { special, eosTokenId }: TokenNames,
): { readonly any: Node; readonly some: Node } | undefined {
  const ids = [...special.values()];
  const isExcept = (id: number): boolean => except.some(([first, last]) => first <= id && id <= last);
  const count = except.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const excepted = new Set([...ids, eosTokenId].filter(isExcept));
  if (excepted.size < count) return undefined;
  const others = ids.filter((id) => id !== eosTokenId && !isExcept(id));
  const ranges = others.map((id): TokenRange => [id, id]);
  const someText = textNode(repeatText(anyCharacter, 1, Number.POSITIVE_INFINITY));
  if (ranges.length === 0) return { any: textNode(anyText), some: someText };
  const tokenAndText = sequenceNode([{ kind: "tokens", ranges }, textNode(anyText)]);
  const more = repeatNode(tokenAndText, 0, Number.POSITIVE_INFINITY);
  const some = orNode([sequenceNode([someText, more]), repeatNode(tokenAndText, 1, Number.POSITIVE_INFINITY)]);
  return { any: sequenceNode([textNode(anyText), more]), some };
}
