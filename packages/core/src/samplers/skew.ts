/** Skew (exllamav2, TabbyAPI): the uniform of the draw is bent before it meets the probabilities, the largest first. */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface SkewParams {
  /**
   * The draw inverts u^(e^−skew), the most probable token first: above 0 favours less probable tokens, below 0 more probable
   * ones. In [−10, 10], 0 is off.
   */
  skew?: number;
}

export const skew: SamplerEntry<SkewParams> = {
  kind: "reshape",
  place: 280,
  keepsOrder: false,
  parameters: {
    skew: number(numberRange(-10, 10), { off: 0 }),
  },
  pack: ({ skew: bend = 0 }) => (bend === 0 ? undefined : { numbers: [bend] }),
};

export const skewReference = (): SamplerReference<SkewParams> => ({
  description: "favours less probable tokens, or more probable ones, by their rank's share of the probability",
  parameters: {
    skew: {
      description: "above 0 favours less probable tokens, below 0 more probable ones",
      start: 1,
      samples: { between: [-3, 3], also: [0.5] },
    },
  },
  roundsLogits: true,
  examples: [
    // C^2 for C = 0.5, 0.8, 1
    { source: "a square", probs: [0.2, 0.5, 0.3], params: { skew: Math.LN2 }, left: [0.36, 0.25, 0.39] },
    { source: "a square root", probs: [0.36, 0.64], params: { skew: -Math.LN2 }, left: [0.2, 0.8] },
  ],
  law: (row, { skew: bend = 0 }) => {
    const power = Math.exp(bend);
    const kept = row.kept();
    const { max } = row;
    const weights = kept.map((id) => row.weight(id, max));
    const total = weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    const logits = kept.map((id, rank) => {
      sum += weights[rank]!;
      const share = weights[rank]! / sum;
      // ln of (sum/total)^power − ((sum − weight)/total)^power
      const ofRest = share < 1 ? Math.log(-Math.expm1(power * Math.log1p(-share))) : 0;
      const ofTail = bend + (row.logits[id]! - max) * row.beta - Math.log(sum);
      return power * Math.log(sum / total) + (share < 1e-20 ? ofTail : ofRest);
    });
    kept.forEach((id, rank) => row.set(id, logits[rank]!));
    row.beta = 1;
  },
});
