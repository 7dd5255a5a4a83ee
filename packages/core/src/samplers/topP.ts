/** The nucleus (Holtzman et al. 2019, arXiv 1904.09751). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TopPParams {
  /** Keep the smallest set with probability mass ≥ topP; in (0, 1], 1 is off. */
  topP?: number;
}

interface TopPRules {
  /** Top-p also keeps every token equal to the last one (`ties`), or goes on until the mass is above p (`edge`). */
  readonly topPKeeps?: "ties" | "edge";
}

/** Every token equal to the last one is kept too; the mass has to pass p, not just reach it. */
const KEEPS_TIES = 1;
const PASSES_EDGE = 2;

export const topP: SamplerEntry<TopPParams, TopPRules> = {
  kind: "cut",
  place: 160,
  keepsOrder: true,
  parameters: {
    topP: share("(]", { off: 1 }),
  },
  flags: { KEEPS_TIES, PASSES_EDGE },
  pack: ({ topP: p = 1 }, { topPKeeps }) =>
    p === 1
      ? undefined
      : { numbers: [p], flags: { ties: KEEPS_TIES, edge: PASSES_EDGE, none: 0 }[topPKeeps ?? "none"] },
};

export const topPReference = (): SamplerReference<TopPParams, TopPRules> => ({
  description: "keeps the smallest set of largest tokens with probability mass ≥ p",
  parameters: {
    topP: {
      description: "keep the smallest set with that probability mass",
      start: 0.9,
      samples: { also: [0.5, 1e-12, 1 - 2 ** -53] },
    },
  },
  boundary: ({ topPKeeps }) =>
    ({ ties: "top-p all equal to the last", edge: "top-p until its mass is above p", none: "" })[topPKeeps ?? "none"],
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topP: 0.7 },
      left: [0, 0, 3 / 7, 4 / 7],
    },
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topP: 0.8 },
      left: [0, 2 / 9, 1 / 3, 4 / 9],
    },
  ],
  law: (row, { topP: p = 1 }, { topPKeeps }) => {
    const kept = row.kept();
    const max = row.max;
    const weights = kept.map((id) => row.weight(id, max));
    const target = p * weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    let count = 0;
    const isShort = (): boolean => (topPKeeps === "edge" ? sum <= target : sum < target);
    while (count < kept.length && (count === 0 || isShort())) sum += weights[count++]!;
    const least = row.logits[kept[count - 1]!];
    if (topPKeeps === "ties") while (count < kept.length && row.logits[kept[count]!] === least) count++;
    row.keepOnly(kept.slice(0, count));
  },
});
