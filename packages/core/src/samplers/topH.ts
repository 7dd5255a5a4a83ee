/** A nucleus by entropy (top-H, 2025, arXiv 2509.02510). */
import { share } from "../kinds/numbers.ts";
import { TOP_H_MOST } from "../layout.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TopHParams {
  /** Keep the largest tokens while their entropy is at most that share of the whole; in (0, 1], 1 is off. */
  topH?: number;
}

interface TopHRules {
  /** Top-h compares the sum of the kept tokens' −p·ln p, not the entropy of what is kept, among the 100 largest logits. */
  readonly topHSumsTerms?: true;
}

/** Adds up the tokens' terms of the whole entropy, of the 100 largest logits. */
const SUMS_TERMS = 1;

export const topH: SamplerEntry<TopHParams, TopHRules> = {
  kind: "cut",
  place: 120,
  keepsOrder: true,
  parameters: {
    topH: share("(]", { off: 1 }),
  },
  flags: { SUMS_TERMS },
  pack: ({ topH: alpha = 1 }, { topHSumsTerms }) =>
    alpha === 1 ? undefined : { numbers: [alpha], flags: topHSumsTerms ? SUMS_TERMS : 0 },
};

export const topHReference = (): SamplerReference<TopHParams, TopHRules> => ({
  description: "keeps the largest tokens as long as their entropy stays below topH times that of all",
  parameters: {
    topH: {
      description: "keep the largest tokens with at most that share of the entropy",
      start: 0.6,
      samples: { between: [1 / 4096, 1], also: [0.5, 1e-9] },
    },
  },
  boundary: ({ topHSumsTerms }) => (topHSumsTerms ? "top-h by the sum of terms among the 100 largest" : ""),
  law: (row, { topH: alpha = 1 }, { topHSumsTerms }) => {
    if (topHSumsTerms) row.keepOnly(row.kept().slice(0, TOP_H_MOST));
    const limit = alpha * row.entropy();
    const kept = row.kept();
    const probs = row.probs();
    const entropyOfFirst = (count: number): number => {
      const ps = kept.slice(0, count).map((id) => probs[id]!);
      const sum = topHSumsTerms ? 1 : ps.reduce((a, b) => a + b, 0);
      return ps.reduce((h, p) => (p > 0 ? h - (p / sum) * Math.log(p / sum) : h), 0);
    };
    let count = 1;
    while (count < kept.length && entropyOfFirst(count + 1) <= limit) count++;
    row.keepOnly(kept.slice(0, count));
  },
});
