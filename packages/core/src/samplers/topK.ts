/** The k largest logits (Fan et al. 2018, arXiv 1805.04833). */
import { integer } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TopKParams {
  /** Keep the k largest logits; integer ≥ 0, 0 is off. */
  topK?: number;
}

interface TopKRules {
  /** Whether top-k keeps every token equal to the k-th; else exactly k, equals by lowest id. */
  readonly topKKeepsTies: boolean;
}

/** Every token equal to the k-th is kept too. */
const KEEPS_TIES = 1;

export const topK: SamplerEntry<TopKParams, TopKRules> = {
  kind: "cut",
  place: 150,
  keepsOrder: true,
  parameters: {
    topK: integer(0, { off: 0, countsTokens: true, foreignOff: -1 }),
  },
  flags: { KEEPS_TIES },
  pack: ({ topK: k = 0 }, { topKKeepsTies }) =>
    k === 0 ? undefined : { integer: k, flags: topKKeepsTies ? KEEPS_TIES : 0 },
};

export const topKReference = (): SamplerReference<TopKParams, TopKRules> => ({
  description: "keeps the k largest logits",
  parameters: {
    topK: {
      description: "keep the k largest logits",
      start: 3,
      usualMost: 100,
      samples: { between: [0, 20], also: [64, 255, 256, 500] },
    },
  },
  boundary: ({ topKKeepsTies }) => (topKKeepsTies ? "top-k all equal to the k-th" : "top-k exactly k"),
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topK: 3 },
      left: [0, 2 / 9, 1 / 3, 4 / 9],
    },
    { source: "llama.cpp test-sampling", probs: [0.1, 0.2, 0.3, 0.4], params: { topK: 1 }, left: [0, 0, 0, 1] },
  ],
  law: (row, { topK: k = 0 }, { topKKeepsTies }) => {
    const kept = row.kept();
    if (k >= kept.length) return;
    const kth = row.logits[kept[k - 1]!]!;
    row.keepOnly(topKKeepsTies ? kept.filter((id) => row.logits[id]! >= kth) : kept.slice(0, k));
  },
});
