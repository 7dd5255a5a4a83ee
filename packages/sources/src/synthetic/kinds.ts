/** The laws that synthetic rows follow: one entry a kind. */
import type { RowDtype } from "@tokenmill/contracts";
import type { CounterRandom } from "../numeric/counterRandom.ts";
import { fillGaussian } from "../numeric/gaussian.ts";
import { naturalLog } from "../numeric/naturalLog.ts";
import { adversarialPatterns } from "./adversarial.ts";

export type SyntheticKind = "gaussian" | "flat" | "peaked" | "zipf" | "ties" | "adversarial";

export interface RowLaw {
  /** What `scale` means, and its value if absent; undefined: the kind has none. */
  readonly scale: { readonly meaning: string; readonly byDefault: number } | undefined;
  /** Writes row number `index` of this kind. */
  fill(out: Float32Array, random: CounterRandom, scale: number, index: number, dtype: RowDtype): void;
}

const peaks = 16;

export const rowLaws: Readonly<Record<SyntheticKind, RowLaw>> = {
  /** Independent normal logits, about as spread as a language model's. */
  gaussian: { scale: { meaning: "standard deviation", byDefault: 2.5 }, fill: fillGaussian },

  /** The same with little spread: no token stands out, which is hard on cuts. */
  flat: { scale: { meaning: "standard deviation", byDefault: 1 }, fill: fillGaussian },

  /** Sixteen tokens share all but 3 % of the mass (half of it the first), over a normal background. */
  peaked: {
    scale: { meaning: "standard deviation of the background", byDefault: 2.5 },
    fill(out, random, scale) {
      fillGaussian(out, random, scale);
      const backgroundMass = naturalLog(out.length) + (scale * scale) / 2;
      // The first comes last, so that no other can take its place.
      for (let rank = peaks - 1; rank >= 0; rank--) out[random.below(out.length)] = backgroundMass + 3 - 0.75 * rank;
    },
  },

  /** Probability ∝ rank^−scale, ranks shuffled over the ids. */
  zipf: {
    scale: { meaning: "exponent", byDefault: 1 },
    fill(out, random, scale) {
      for (let rank = 0; rank < out.length; rank++) out[rank] = -scale * naturalLog(rank + 1);
      for (let i = out.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
    },
  },

  /** Whole numbers: few different values, with several tokens at the highest. */
  ties: {
    scale: { meaning: "standard deviation before rounding", byDefault: 2.5 },
    fill(out, random, scale) {
      fillGaussian(out, random, scale);
      for (let i = 0; i < out.length; i++) out[i] = Math.round(out[i]!);
      const highest = out.reduce((a, b) => Math.max(a, b));
      for (let i = 0; i < 8; i++) out[random.below(out.length)] = highest;
    },
  },

  /** Rows that are valid but nasty, one pattern after the other: see `adversarial.ts`. */
  adversarial: {
    scale: undefined,
    fill(out, random, _, index, dtype) {
      adversarialPatterns[index % adversarialPatterns.length]!(out, random, dtype);
    },
  },
};
