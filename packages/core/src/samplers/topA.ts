/** A threshold that grows with the square of the largest probability (BlinkDL's RWKV-LM, 2022). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TopAParams {
  /** Keep tokens with probability ≥ topA times the square of the largest; in [0, 1], 0 is off. */
  topA?: number;
}

export const topA: SamplerEntry<TopAParams> = {
  kind: "cut",
  place: 220,
  keepsOrder: true,
  parameters: {
    topA: share("[]", { off: 0 }),
  },
  pack: ({ topA: a = 0 }) => (a === 0 ? undefined : { numbers: [a] }),
};

export const topAReference = (): SamplerReference<TopAParams> => ({
  description: "keeps tokens with probability at least topA times the square of the largest",
  parameters: {
    topA: {
      description: "keep tokens above topA times the square of the largest probability",
      start: 0.3,
      samples: { decades: 6, also: [0.5] },
    },
  },
  law: (row, { topA: a = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    const largest = probs[kept[0]!]!;
    row.keepOnly(kept.filter((id) => probs[id]! >= Math.min(a * largest * largest, largest)));
  },
});
