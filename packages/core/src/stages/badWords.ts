/** Bans whole token sequences. */
import { OP_BAD_WORDS } from "../layout.ts";
import type { Stage } from "./stage.ts";
import { distinctSequences, packSequences } from "./tokenSequences.ts";

export const badWords: Stage = {
  kind: "edit",
  opcode: OP_BAD_WORDS,
  params: ["badWords"],
  description: "takes out the tokens that would complete a banned sequence",
  pack: ({ badWords: words }) => (words?.length ? { ids: packSequences(distinctSequences(words)) } : undefined),
  reference: (row, { badWords: words }) => {
    const history = Array.from(row.history);
    for (const ids of distinctSequences(words)) {
      const prefix = ids.slice(0, -1);
      const isComplete = prefix.length <= history.length;
      if (isComplete && history.slice(history.length - prefix.length).join() === prefix.join()) {
        row.logits[ids.at(-1)!] = -Infinity;
      }
    }
  },
};
