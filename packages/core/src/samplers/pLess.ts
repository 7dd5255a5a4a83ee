/** The collision probability as the threshold (p-less, 2025, arXiv 2509.23234). */
import { boolean } from "../kinds/words.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface PLessParams {
  /** Keep tokens at least as probable as two draws are to be equal. Absent: false. */
  pLess?: boolean;
}

export const pLess: SamplerEntry<PLessParams> = {
  kind: "cut",
  place: 180,
  keepsOrder: true,
  parameters: {
    pLess: boolean(),
  },
  pack: ({ pLess: isOn = false }) => (isOn ? {} : undefined),
};

export const pLessReference = (): SamplerReference<PLessParams> => ({
  description: "keeps tokens at least as probable as two draws are to be equal",
  parameters: {
    pLess: { description: "keep tokens at least as probable as two draws are to be equal" },
  },
  examples: [
    {
      source: "Σp² = 0.3084",
      probs: [0.41, 0.31, 0.19, 0.09],
      params: { pLess: true },
      left: [41 / 72, 31 / 72, 0, 0],
    },
    { source: "Σp² = 0.25", probs: [0.25, 0.25, 0.25, 0.25], params: { pLess: true }, left: [0.25, 0.25, 0.25, 0.25] },
  ],
  law: (row) => {
    const kept = row.kept();
    const max = row.max;
    const weights = new Map(kept.map((id) => [id, row.weight(id, max)]));
    let sum = 0;
    let squares = 0;
    for (const w of weights.values()) {
      sum += w;
      squares += w * w;
    }
    row.keepOnly(kept.filter((id) => weights.get(id)! >= Math.min(squares / sum, 1)));
  },
});
