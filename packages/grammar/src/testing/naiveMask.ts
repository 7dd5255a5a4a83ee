/** The mask by its definition: every token is tried for itself. */
import type { GrammarMatcher } from "@tokenmill/contracts";

/** Tokens that the matcher accepts where it stands; it is forked for each. */
export function naiveMask(matcher: { fork(): GrammarMatcher }, vocabSize: number): number[] {
  return Array.from({ length: vocabSize }, (_, id) => id).filter((id) => matcher.fork().accept(id));
}

/** The ids whose bits are set. */
export function idsOf(words: Int32Array): number[] {
  const ids: number[] = [];
  words.forEach((word, i) => {
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) ids.push(i * 32 + bit);
  });
  return ids;
}
