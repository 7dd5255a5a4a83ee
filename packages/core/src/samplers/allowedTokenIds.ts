/** Leaves only named tokens (vLLM `allowed_token_ids`). */
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";

interface AllowedTokenIdsParams {
  /** Only these tokens can be drawn. */
  allowedTokenIds?: readonly number[];
}

export const allowedTokenIds: SamplerEntry<AllowedTokenIdsParams> = {
  kind: "edit",
  place: 20,
  keepsOrder: true,
  description: "leaves only the allowed tokens",
  parameters: { allowedTokenIds: tokenIds(1, { description: "only these tokens can be drawn" }) },
  pack: ({ allowedTokenIds: ids }) => (ids ? { ids: distinctIds(ids) } : undefined),
  reference: (row, { allowedTokenIds: ids = [] }) => row.keepOnly(ids),
};
