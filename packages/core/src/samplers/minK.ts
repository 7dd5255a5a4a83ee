/** A cut at the steepest drop (Ding et al. 2026, arXiv 2604.11012). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { boolean } from "../kinds/words.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface MinKParams {
  /** Keep the logits before the steepest drop for its rank. Absent: false. */
  minK?: boolean;
  /** Min-k keeps at least ⌊minKTau / range of the logits⌋; ≥ 0, finite. Absent: 3. */
  minKTau?: number;
}

export const minK: SamplerEntry<MinKParams> = {
  kind: "cut",
  place: 140,
  keepsOrder: true,
  parameters: {
    minK: boolean(),
    minKTau: number(numberRange(0, Infinity, "[)"), { absent: 3 }),
  },
  pack: ({ minK: isOn = false, minKTau: tau = 3 }) => (isOn ? { numbers: [tau] } : undefined),
};

export const minKReference = (): SamplerReference<MinKParams> => ({
  description: "keeps the logits before the drop that is steepest for its rank, and more where their range is small",
  parameters: {
    minK: { description: "keep the logits before the steepest drop for its rank" },
    minKTau: {
      description: "min-k keeps at least that number, divided by the range of the logits, of tokens",
      start: 3,
      usualMost: 50,
      samples: { between: [0, 40], also: [1e-3, 1e30] },
    },
  },
  law: (row, { minKTau: tau = 3 }) => {
    const kept = row.kept();
    const logits = kept.map((id) => row.logits[id]!);
    const range = logits[0]! - logits.at(-1)!;
    if (!(range > 0)) return; // all equal, or nothing left
    const drops = logits.slice(0, -1).map((x, i) => (x - logits[i + 1]!) / (i + 1));
    const cliff = drops.indexOf(drops.reduce((a, b) => Math.max(a, b))) + 1;
    const fallback = tau > 0 ? Math.floor(tau / (range * row.beta)) : 0;
    row.keepOnly(kept.slice(0, Math.max(cliff, fallback)));
  },
});
