/** Leaves only named tokens (vLLM `allowed_token_ids`). */
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface AllowedTokenIdsParams {
  /** Only these tokens can be drawn. */
  allowedTokenIds?: readonly number[];
}

export const allowedTokenIds: SamplerEntry<AllowedTokenIdsParams> = {
  kind: "edit",
  place: 20,
  keepsOrder: true,
  parameters: {
    allowedTokenIds: tokenIds(1),
  },
  pack: ({ allowedTokenIds: ids }) => (ids ? { ids: distinctIds(ids) } : undefined),
};

export const allowedTokenIdsReference = (): SamplerReference<AllowedTokenIdsParams> => ({
  description: "leaves only the allowed tokens",
  parameters: {
    allowedTokenIds: { description: "only these tokens can be drawn" },
  },
  law: (row, { allowedTokenIds: ids = [] }) => row.keepOnly(ids),
});
