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

/**
 * Walks at random from where the matcher stands, in several outputs, and compares the mask of each step with the naive one. What
 * is wrong, in words: nothing where each mask is right and none is empty.
 */
export function maskFaults(
  start: GrammarMatcher,
  vocabSize: number,
  { outputs, steps }: { readonly outputs: number; readonly steps: number },
): string[] {
  const words = new Int32Array(Math.ceil(vocabSize / 32));
  const faults: string[] = [];
  for (let seed = 1; seed <= outputs; seed++) {
    const matcher = start.fork();
    let random = seed;
    for (let step = 0; step < steps && !matcher.hasEnded; step++) {
      matcher.fillMask(words);
      const ids = idsOf(words);
      const naive = naiveMask(matcher, vocabSize);
      if (ids.length === 0) faults.push(`output ${seed}, step ${step}: no token`);
      if (ids.join() !== naive.join()) faults.push(`output ${seed}, step ${step}: ${ids.length} for ${naive.length}`);
      random = (random * 48271) % 2147483647;
      if (!matcher.accept(naive[random % naive.length]!)) break;
    }
  }
  return faults;
}
