/** A least probability that falls with the entropy (Hewitt et al. 2022, arXiv 2210.15191). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface EtaCutoffParams {
  /** Keep tokens with probability ≥ min(η, √η·e^−entropy); in [0, 1), 0 is off. */
  etaCutoff?: number;
}

export const etaCutoff: SamplerEntry<EtaCutoffParams> = {
  kind: "cut",
  place: 210,
  keepsOrder: true,
  parameters: {
    etaCutoff: share("[)", { off: 0 }),
  },
  pack: ({ etaCutoff: eta = 0 }) => (eta === 0 ? undefined : { numbers: [eta] }),
};

export const etaCutoffReference = (): SamplerReference<EtaCutoffParams> => ({
  description: "keeps tokens with probability at least min(eta, sqrt(eta)·e^-entropy)",
  parameters: {
    etaCutoff: {
      description: "keep tokens above an entropy-dependent probability",
      start: 0.1,
      usualMost: 0.5,
      samples: { decades: 9, also: [0.5, 1 - 2 ** -53] },
    },
  },
  law: (row, { etaCutoff: eta = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    const least = Math.min(eta, Math.sqrt(eta) * Math.exp(-row.entropy()), probs[kept[0]!]!);
    row.keepOnly(kept.filter((id) => probs[id]! >= least));
  },
});
