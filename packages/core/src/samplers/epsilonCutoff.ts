/** A fixed least probability (Hewitt et al. 2022, arXiv 2210.15191). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface EpsilonCutoffParams {
  /** Keep tokens with at least that probability; in [0, 1), 0 is off. */
  epsilonCutoff?: number;
}

export const epsilonCutoff: SamplerEntry<EpsilonCutoffParams> = {
  kind: "cut",
  place: 200,
  keepsOrder: true,
  parameters: {
    epsilonCutoff: share("[)", { off: 0 }),
  },
  pack: ({ epsilonCutoff: epsilon = 0 }) => (epsilon === 0 ? undefined : { numbers: [epsilon] }),
};

export const epsilonCutoffReference = (): SamplerReference<EpsilonCutoffParams> => ({
  description: "keeps tokens with probability at least epsilon",
  parameters: {
    epsilonCutoff: {
      description: "keep tokens with at least that probability",
      start: 0.05,
      usualMost: 0.3,
      samples: { decades: 9, also: [0.5, 1 - 2 ** -53] },
    },
  },
  law: (row, { epsilonCutoff: epsilon = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    row.keepOnly(kept.filter((id, rank) => rank === 0 || probs[id]! >= Math.min(epsilon, probs[kept[0]!]!)));
  },
});
