/** Tail-free sampling (Phénix and Egan 2019; llama.cpp `tfs_z` until 2024). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TailFreeParams {
  /** Cut where the second differences of the sorted probabilities add up to it; in (0, 1], 1 is off. */
  tailFree?: number;
}

export const tailFree: SamplerEntry<TailFreeParams> = {
  kind: "cut",
  place: 230,
  keepsOrder: true,
  parameters: {
    tailFree: share("(]", { off: 1 }),
  },
  pack: ({ tailFree: z = 1 }) => (z === 1 ? undefined : { numbers: [z] }),
};

export const tailFreeReference = (): SamplerReference<TailFreeParams> => ({
  description: "cuts where the curvature of the sorted probabilities has been used up",
  parameters: {
    tailFree: {
      description: "cut the tail where the curvature is used up",
      start: 0.9,
      samples: { between: [1 / 4096, 1], also: [0.5] },
    },
  },
  law: (row, { tailFree: z = 1 }) => {
    const kept = row.kept();
    if (kept.length <= 2) return;
    const max = row.max;
    const weights = kept.map((id) => row.weight(id, max));
    const curvature = weights
      .slice(0, -2)
      .map((w, i) => Math.abs(w - weights[i + 1]! - (weights[i + 1]! - weights[i + 2]!)));
    const total = curvature.reduce((a, b) => a + b, 0);
    if (!(total > 0)) return;
    let sum = 0;
    for (const [i, c] of curvature.entries()) {
      sum += c / total;
      if (sum > z && i >= 1) return row.keepOnly(kept.slice(0, i));
    }
  },
});
