/** Logits within n standard deviations of the largest (Tang et al. 2024, arXiv 2411.07641). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TopNSigmaParams {
  /** Keep logits within that many standard deviations of the largest; ≥ 0, 0 is off. */
  topNSigma?: number;
}

export const topNSigma: SamplerEntry<TopNSigmaParams> = {
  kind: "cut",
  place: 130,
  keepsOrder: true,
  parameters: {
    topNSigma: number(numberRange(0, Infinity, "[)"), { off: 0, foreignOff: -1 }),
  },
  pack: ({ topNSigma: n = 0 }) => (n === 0 ? undefined : { numbers: [n] }),
};

export const topNSigmaReference = (): SamplerReference<TopNSigmaParams> => ({
  description: "keeps logits within n standard deviations of the largest",
  parameters: {
    topNSigma: {
      description: "keep logits within n standard deviations of the largest",
      start: 1,
      usualMost: 4,
      samples: { between: [0, 5], also: [1, 1e-9] },
    },
  },
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topNSigma: 1 },
      left: [0, 0, 3 / 7, 4 / 7],
    },
  ],
  law: (row, { topNSigma: n = 0 }) => {
    const kept = row.kept();
    const mean = kept.reduce((sum, id) => sum + row.logits[id]!, 0) / kept.length;
    const variance = kept.reduce((sum, id) => sum + (row.logits[id]! - mean) ** 2, 0) / kept.length;
    const threshold = row.max - n * Math.sqrt(variance);
    row.keepOnly(kept.filter((id) => row.logits[id]! >= threshold));
  },
});
