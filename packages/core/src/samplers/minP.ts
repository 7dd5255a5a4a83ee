/** A threshold relative to the most probable token (Nguyen et al. 2024, arXiv 2407.01082). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";
import { leastKept } from "./sharedParams.ts";

interface MinPParams {
  /** Keep tokens with probability ≥ minP times the largest; in [0, 1], 0 is off. */
  minP?: number;
}

export const minP: SamplerEntry<MinPParams> = {
  kind: "cut",
  place: 170,
  keepsOrder: true,
  parameters: {
    minP: share("[]", { off: 0 }),
  },
  alsoReads: ["minKeep"],
  pack: ({ minP: p = 0, ...params }) => (p === 0 ? undefined : { integer: leastKept(params), numbers: [p] }),
};

export const minPReference = (): SamplerReference<MinPParams> => ({
  description: "keeps tokens whose probability is at least minP times the largest",
  parameters: {
    minP: {
      description: "keep tokens with at least that share of the largest probability",
      start: 0.1,
      samples: { decades: 6, also: [0.5, Number.MIN_VALUE] },
    },
  },
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { minP: 0.26 },
      left: [0, 2 / 9, 1 / 3, 4 / 9],
    },
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { minP: 0.74 },
      left: [0, 0, 3 / 7, 4 / 7],
    },
  ],
  law: (row, { minP: p = 0, ...params }) => {
    const threshold = row.max + Math.log(p) / row.beta;
    row.keepOnly(row.kept().filter((id, rank) => rank < leastKept(params) || row.logits[id]! >= threshold));
  },
});
