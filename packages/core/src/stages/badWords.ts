/** Bans whole token sequences. */
import { BAD_WORDS_SKIP_PROMPT, OP_BAD_WORDS } from "../layout.ts";
import type { Stage } from "./stage.ts";
import { distinctSequences, packSequences } from "./tokenSequences.ts";

export const badWords: Stage = {
  kind: "edit",
  opcode: OP_BAD_WORDS,
  params: ["badWords"],
  description: "takes out the tokens that would complete a banned sequence",
  pack: ({ badWords: words }, { badWordsScope }) =>
    words?.length
      ? {
          flags: badWordsScope === "output" ? BAD_WORDS_SKIP_PROMPT : 0,
          ids: packSequences(distinctSequences(words)),
        }
      : undefined,
  reference: (row, { badWords: words }, { badWordsScope }) => {
    const history = Array.from(row.history).slice(badWordsScope === "output" ? row.promptLength : 0);
    for (const ids of distinctSequences(words)) {
      const prefix = ids.slice(0, -1);
      const isComplete = prefix.length <= history.length;
      if (isComplete && history.slice(history.length - prefix.length).join() === prefix.join()) {
        row.logits[ids.at(-1)!] = -Infinity;
      }
    }
  },
};
