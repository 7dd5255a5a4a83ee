/** Keeps a sequence from ending too early. */
import { integer } from "../kinds/numbers.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface MinTokensParams {
  /** End of text and stop ids are banned until that many tokens are out; integer ≥ 0, ≤ maxTokens. */
  minTokens?: number;
}

export const minTokens: SamplerEntry<MinTokensParams> = {
  kind: "edit",
  place: 80,
  keepsOrder: true,
  parameters: {
    minTokens: integer(0, { off: 0 }),
  },
  alsoReads: ["stopTokenIds"],
  changesAt: ({ minTokens: least = 0 }) => ({ first: least, last: least }),
  pack: ({ minTokens: least, stopTokenIds: ids }) =>
    least && ids?.length ? { integer: least, ids: distinctIds(ids) } : undefined,
};

export const minTokensReference = (): SamplerReference<MinTokensParams> => ({
  description: "takes out the tokens that would end the sequence too early",
  parameters: {
    minTokens: {
      description: "no end of text and no stop id before that many tokens",
      start: 1,
      usualMost: 64,
      samples: { between: [0, 20] },
    },
  },
  law: (row, { minTokens: least = 0, stopTokenIds: ids = [] }) => {
    if (row.position < least) for (const id of ids) row.logits[id] = -Infinity;
  },
});
