/** XTC: exclude top choices (p-e-w 2024; text-generation-webui #6335). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";
import { leastKept } from "./sharedParams.ts";

interface XtcParams {
  /** How often XTC acts; in [0, 1], 0 is off. */
  xtcProbability?: number;
  /** XTC drops all but the least likely of the tokens with at least that probability; in (0, 1]. Absent: 0.1. */
  xtcThreshold?: number;
}

const fourTokens = [0.4, 0.3, 0.2, 0.1];

export const xtc: SamplerEntry<XtcParams> = {
  kind: "cut",
  place: 240,
  keepsOrder: true,
  parameters: {
    xtcProbability: share("[]", { off: 0 }),
    xtcThreshold: share("(]", { absent: 0.1 }),
  },
  coin: "xtcProbability",
  alsoReads: ["minKeep"],
  pack: ({ xtcProbability = 0, xtcThreshold = 0.1, ...params }) =>
    xtcProbability === 0 ? undefined : { integer: leastKept(params), numbers: [xtcProbability, xtcThreshold] },
};

export const xtcReference = (): SamplerReference<XtcParams> => ({
  description: "sometimes drops all but the least likely of the tokens above a threshold",
  parameters: {
    xtcProbability: { description: "how often XTC acts", start: 1, samples: { also: [0.5] } },
    xtcThreshold: {
      description: "XTC drops all but the least likely of the tokens at or above it; above 0.5 it never acts",
      start: 0.1,
      samples: { decades: 4, also: [0.5] },
    },
  },
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: fourTokens,
      params: { xtcProbability: 1, xtcThreshold: 0.19 },
      left: [0, 0, 2 / 3, 1 / 3],
    },
    {
      source: "llama.cpp test-sampling",
      probs: fourTokens,
      params: { xtcProbability: 1, xtcThreshold: 0.09 },
      left: [0, 0, 0, 1],
    },
  ],
  law: (row, { xtcProbability = 0, xtcThreshold = 0.1, ...params }) => {
    if (row.coin >= xtcProbability) return;
    const probs = row.probs();
    const kept = row.kept();
    const count = kept.filter((id) => probs[id]! >= xtcThreshold).length;
    if (count >= 2 && kept.length - (count - 1) >= leastKept(params)) row.keepOnly(kept.slice(count - 1));
  },
});
