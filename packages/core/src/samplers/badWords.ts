/** Bans whole token sequences (HF NoBadWordsLogitsProcessor; vLLM `ops/bad_words.py`). */
import { tokenSequences } from "../kinds/tokens.ts";
import { distinctSequences, packSequences, type TokenSequences } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface BadWordsParams {
  /** A token, or the last one of a sequence of tokens where the others have just been generated, cannot be drawn. */
  badWords?: TokenSequences;
}

interface BadWordsRules {
  /** Bad words begin in the output, not in the prompt. */
  readonly badWordsScope?: "output";
}

/** What stands in the prompt does not count as the beginning of a sequence. */
const SKIP_PROMPT = 1;

export const badWords: SamplerEntry<BadWordsParams, BadWordsRules> = {
  kind: "edit",
  place: 70,
  keepsOrder: true,
  parameters: {
    badWords: tokenSequences(),
  },
  flags: { SKIP_PROMPT },
  pack: ({ badWords: words }, { badWordsScope }) =>
    words?.length
      ? { flags: badWordsScope === "output" ? SKIP_PROMPT : 0, ids: packSequences(distinctSequences(words)) }
      : undefined,
};

export const badWordsReference = (): SamplerReference<BadWordsParams, BadWordsRules> => ({
  description: "takes out the tokens that would complete a banned sequence",
  parameters: {
    badWords: { description: "these token sequences are never completed" },
  },
  boundary: ({ badWordsScope }) => (badWordsScope === "output" ? "bad words begin in the output" : ""),
  law: (row, { badWords: words }, { badWordsScope }) => {
    const history = Array.from(row.history).slice(badWordsScope === "output" ? row.promptLength : 0);
    for (const ids of distinctSequences(words)) {
      const prefix = ids.slice(0, -1);
      const isComplete = prefix.length <= history.length;
      if (isComplete && history.slice(history.length - prefix.length).join() === prefix.join()) {
        row.logits[ids.at(-1)!] = -Infinity;
      }
    }
  },
});
