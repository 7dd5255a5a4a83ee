/** Takes out named tokens at the start of the output (HF `begin_suppress_tokens`). */
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface BeginSuppressTokenIdsParams {
  /** These tokens cannot be the first of the output. */
  beginSuppressTokenIds?: readonly number[];
}

export const beginSuppressTokenIds: SamplerEntry<BeginSuppressTokenIdsParams> = {
  kind: "edit",
  place: 65,
  keepsOrder: true,
  parameters: {
    beginSuppressTokenIds: tokenIds(0),
  },
  changesAt: () => ({ first: 1, last: 1 }),
  pack: ({ beginSuppressTokenIds: ids }) => (ids?.length ? { ids: distinctIds(ids) } : undefined),
};

export const beginSuppressTokenIdsReference = (): SamplerReference<BeginSuppressTokenIdsParams> => ({
  description: "takes out tokens at the start of the output",
  parameters: {
    beginSuppressTokenIds: { description: "these tokens cannot be the first of the output" },
  },
  law: (row, { beginSuppressTokenIds: ids = [] }) => {
    if (row.position === 0) for (const id of ids) row.logits[id] = -Infinity;
  },
});
