/**
 * Alternatives that contradict something else which must hold are left out: where several lists of alternatives must hold at
 * once, a search for a text would go through each of them with all others.
 */
import { and, isSurelySome, none, or } from "../json/texts.ts";
import { withoutCounts } from "../json/withoutCounts.ts";
import type { TextRegex } from "../regex/textRegex.ts";

/** Looks at all alternatives. */
const mostRounds = 4;
/** Alternatives that are looked at. */
const mostAlternatives = 64;

/** The same texts. @param isEmpty whether no text matches */
export function withoutContradictions(texts: TextRegex, isEmpty: (texts: TextRegex) => boolean): TextRegex {
  if (texts.kind !== "and") return texts;
  const alternatives = texts.parts.flatMap((part) => (part.kind === "or" ? [part.parts.length] : []));
  if (alternatives.length < 2 || alternatives.reduce((sum, count) => sum + count) > mostAlternatives) return texts;
  let parts = texts.parts;
  for (let round = 0; round < mostRounds; round++) {
    const before = parts;
    for (const part of before) {
      if (part.kind !== "or") continue;
      const others = parts.filter((other) => other !== part).map(withoutCounts);
      const kept = part.parts.filter((each) => !others.some((other) => areApart(each, other, isEmpty)));
      if (kept.length === 0) return none;
      if (kept.length < part.parts.length) parts = parts.map((each) => (each === part ? or(...kept) : each));
    }
    if (parts === before) break;
  }
  return parts === texts.parts ? texts : and(...parts);
}

function areApart(first: TextRegex, second: TextRegex, isEmpty: (texts: TextRegex) => boolean): boolean {
  // a text of one alternative is found sooner than one of any
  if (second.kind === "or") return second.parts.every((part) => areApart(first, part, isEmpty));
  const both = and(withoutCounts(first), second);
  return !isSurelySome(both) && isEmpty(both);
}
