/** Takes out named tokens (HF `suppress_tokens`). */
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";

interface BannedTokenIdsParams {
  /** These tokens cannot be drawn. */
  bannedTokenIds?: readonly number[];
}

export const bannedTokenIds: SamplerEntry<BannedTokenIdsParams> = {
  kind: "edit",
  place: 60,
  keepsOrder: true,
  description: "takes out the banned tokens",
  parameters: { bannedTokenIds: tokenIds(0, { description: "these tokens cannot be drawn" }) },
  pack: ({ bannedTokenIds: ids }) => (ids?.length ? { ids: distinctIds(ids) } : undefined),
  reference: (row, { bannedTokenIds: ids = [] }) => {
    for (const id of ids) row.logits[id] = -Infinity;
  },
};
