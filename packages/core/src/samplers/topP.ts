/** The nucleus (Holtzman et al. 2019, arXiv 1904.09751); its decay within a sentence (Lee et al. 2022, arXiv 2206.04624). */
import { share } from "../kinds/numbers.ts";
import { tokenIds } from "../kinds/tokens.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import { integerPower } from "../reference/integerPower.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";
import { leastKept } from "./sharedParams.ts";

interface TopPParams {
  /** Keep the smallest set with probability mass ≥ topP; in (0, 1], 1 is off. */
  topP?: number;
  /** After each output token topP is multiplied by it; in (0, 1], 1 is off. */
  topPDecay?: number;
  /** But not to less than that; in (0, 1]. Absent: 1e-6. */
  topPMin?: number;
  /** After one of these output tokens topP is again as given. */
  topPResetTokenIds?: readonly number[];
}

interface TopPRules {
  /** Top-p also keeps every token equal to the last one (`ties`), or goes on until the mass is above p (`edge`). */
  readonly topPKeeps?: "ties" | "edge";
}

/** Every token equal to the last one is kept too; the mass has to pass p, not just reach it. */
const KEEPS_TIES = 1;
const PASSES_EDGE = 2;
/** Decay and least share are numbers too, and the list is what resets. */
const DECAYS = 4;

const leastTopP = 1e-6;

/** As the kernels find it in the output so far. */
function topPAt(row: ReferenceRow, { topP: p = 1, ...params }: TopPParams): number {
  const { topPDecay = 1, topPMin = leastTopP, topPResetTokenIds = [] } = params;
  const output = Array.from(row.history).slice(row.promptLength);
  const reset = output.findLastIndex((id) => topPResetTokenIds.includes(id));
  const count = output.length - 1 - reset;
  return topPDecay === 1 || count === 0 ? p : Math.max(p * integerPower(topPDecay, count), topPMin);
}

export const topP: SamplerEntry<TopPParams, TopPRules> = {
  kind: "cut",
  place: 160,
  keepsOrder: true,
  parameters: {
    topP: share("(]", { off: 1 }),
    topPDecay: share("(]", { off: 1 }),
    topPMin: share("(]", { absent: leastTopP, tunes: "topPDecay" }),
    topPResetTokenIds: tokenIds(0, { tunes: "topPDecay" }),
  },
  alsoReads: ["minKeep"],
  flags: { KEEPS_TIES, PASSES_EDGE, DECAYS },
  pack: (params, { topPKeeps }) => {
    const { topP: p = 1, topPDecay = 1, topPMin = leastTopP, topPResetTokenIds: ids = [] } = params;
    const integer = leastKept(params);
    const flags = { ties: KEEPS_TIES, edge: PASSES_EDGE, none: 0 }[topPKeeps ?? "none"];
    if (topPDecay === 1) return p === 1 ? undefined : { integer, numbers: [p], flags };
    return { integer, numbers: [p, topPDecay, topPMin], flags: flags | DECAYS, ids: distinctIds(ids) };
  },
};

export const topPReference = (): SamplerReference<TopPParams, TopPRules> => ({
  description: "keeps the smallest set of largest tokens with probability mass ≥ p",
  parameters: {
    topP: {
      description: "keep the smallest set with that probability mass",
      start: 0.9,
      samples: { also: [0.5, 1e-12, 1 - 2 ** -53] },
    },
    topPDecay: { description: "topP is multiplied by it after each token", start: 0.9, samples: { also: [0.5] } },
    topPMin: { description: "topP decays to no less than that", start: 0.1, samples: { decades: 6 } },
    topPResetTokenIds: { description: "after these tokens topP is as given again" },
  },
  boundary: ({ topPKeeps }) =>
    ({ ties: "top-p all equal to the last", edge: "top-p until its mass is above p", none: "" })[topPKeeps ?? "none"],
  examples: [
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topP: 0.7 },
      left: [0, 0, 3 / 7, 4 / 7],
    },
    {
      source: "llama.cpp test-sampling",
      probs: [0.1, 0.2, 0.3, 0.4],
      params: { topP: 0.8 },
      left: [0, 2 / 9, 1 / 3, 4 / 9],
    },
  ],
  law: (row, params, { topPKeeps }) => {
    const p = topPAt(row, params);
    if (p >= 1) return;
    const kept = row.kept();
    const max = row.max;
    const weights = kept.map((id) => row.weight(id, max));
    const target = p * weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    let count = 0;
    const isShort = (): boolean => (topPKeeps === "edge" ? sum <= target : sum < target);
    while (count < kept.length && (count === 0 || isShort())) sum += weights[count++]!;
    const least = row.logits[kept[count - 1]!];
    if (topPKeeps === "ties") while (count < kept.length && row.logits[kept[count]!] === least) count++;
    row.keepOnly(kept.slice(0, Math.max(count, leastKept(params))));
  },
});
