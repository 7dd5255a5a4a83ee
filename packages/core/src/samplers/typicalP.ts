/** Locally typical sampling (Meister et al. 2022, arXiv 2202.00666). */
import { share } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";
import { leastKept } from "./sharedParams.ts";

interface TypicalPParams {
  /** Keep the tokens nearest to the expected surprise until their mass reaches it; in (0, 1], 1 is off. */
  typicalP?: number;
}

interface TypicalPRules {
  /** Typical also keeps every token as far from the entropy as the last one (`ties`), or goes on until the mass is above p. */
  readonly typicalKeeps?: "ties" | "edge";
}

/** Every token as far from the entropy as the last one is kept too; the mass has to pass p, not just reach it. */
const KEEPS_TIES = 1;
const PASSES_EDGE = 2;

export const typicalP: SamplerEntry<TypicalPParams, TypicalPRules> = {
  kind: "cut",
  place: 190,
  keepsOrder: true,
  parameters: {
    typicalP: share("(]", { off: 1 }),
  },
  flags: { KEEPS_TIES, PASSES_EDGE },
  alsoReads: ["minKeep"],
  pack: ({ typicalP: p = 1, ...params }, { typicalKeeps }) => {
    if (p === 1) return undefined;
    const flags = { ties: KEEPS_TIES, edge: PASSES_EDGE, none: 0 }[typicalKeeps ?? "none"];
    return { integer: leastKept(params), numbers: [p], flags };
  },
};

export const typicalPReference = (): SamplerReference<TypicalPParams, TypicalPRules> => ({
  description: "keeps the tokens nearest to the expected surprise until their mass reaches typicalP",
  parameters: {
    typicalP: {
      description: "keep the most typical tokens until their mass reaches it",
      start: 0.8,
      samples: { between: [1 / 4096, 1], also: [0.5] },
    },
  },
  boundary: ({ typicalKeeps }) =>
    ({ ties: "typical all as far as the last", edge: "typical until its mass is above p", none: "" })[
      typicalKeeps ?? "none"
    ],
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.97, 0.01, 0.01, 0.01],
      params: { typicalP: 0.5 },
      left: [1, 0, 0, 0],
    },
    {
      source: "llama.cpp test-sampling",
      probs: [0.4, 0.2, 0.2, 0.2],
      params: { typicalP: 0.5 },
      left: [0, 1 / 3, 1 / 3, 1 / 3],
    },
  ],
  law: (row, { typicalP: p = 1, ...params }, { typicalKeeps }) => {
    const probs = row.probs();
    const entropy = row.entropy();
    const kept = row.kept();
    const rank = new Map(kept.map((id, i) => [id, i]));
    const { max } = row;
    // of a probability that f64 does not hold, next to that of the largest, which is 1
    const surprise = (id: number): number =>
      probs[id]! > 0 ? -Math.log(probs[id]!) : (max - row.logits[id]!) * row.beta;
    const below = (id: number): boolean => surprise(id) > entropy;
    const distance = (id: number): number => Math.abs(surprise(id) - entropy);
    // among equals the more probable side first, each side from the entropy outwards
    kept.sort((a, b) => {
      if (below(a) !== below(b)) return distance(a) - distance(b) || (below(a) ? 1 : -1);
      return below(a) ? rank.get(a)! - rank.get(b)! : rank.get(b)! - rank.get(a)!;
    });
    let sum = 0;
    let count = 0;
    const isShort = (): boolean => count < leastKept(params) || (typicalKeeps === "edge" ? sum <= p : sum < p);
    while (count < kept.length && (count === 0 || isShort())) sum += probs[kept[count++]!]!;
    const farthest = distance(kept[count - 1]!);
    if (typicalKeeps === "ties") while (count < kept.length && distance(kept[count]!) <= farthest) count++;
    row.keepOnly(kept.slice(0, count));
  },
});
