/** Takes out named tokens (HF `suppress_tokens`). */
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface BannedTokenIdsParams {
  /** These tokens cannot be drawn. */
  bannedTokenIds?: readonly number[];
}

export const bannedTokenIds: SamplerEntry<BannedTokenIdsParams> = {
  kind: "edit",
  place: 60,
  keepsOrder: true,
  parameters: {
    bannedTokenIds: tokenIds(0),
  },
  pack: ({ bannedTokenIds: ids }) => (ids?.length ? { ids: distinctIds(ids) } : undefined),
};

export const bannedTokenIdsReference = (): SamplerReference<BannedTokenIdsParams> => ({
  description: "takes out the banned tokens",
  parameters: {
    bannedTokenIds: { description: "these tokens cannot be drawn" },
  },
  law: (row, { bannedTokenIds: ids = [] }) => {
    for (const id of ids) row.logits[id] = -Infinity;
  },
});
