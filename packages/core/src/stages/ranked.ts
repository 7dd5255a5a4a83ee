/** Cuts that need the candidates in order of probability. */
import {
  OP_MIN_K,
  OP_TAIL_FREE,
  OP_TOP_H,
  OP_TYPICAL_P,
  OP_XTC,
  TOP_H_MOST,
  TOP_H_SUMS_TERMS,
  TYPICAL_KEEPS_TIES,
  TYPICAL_PASSES_EDGE,
} from "../layout.ts";
import type { Stage } from "./stage.ts";

export const typicalP: Stage = {
  kind: "cut",
  opcode: OP_TYPICAL_P,
  params: ["typicalP"],
  description: "keeps the tokens nearest to the expected surprise until their mass reaches typicalP",
  pack: ({ typicalP: p = 1 }, { typicalKeeps }) =>
    p === 1
      ? undefined
      : {
          numbers: [p],
          flags: { ties: TYPICAL_KEEPS_TIES, edge: TYPICAL_PASSES_EDGE, none: 0 }[typicalKeeps ?? "none"],
        },
  reference: (row, { typicalP: p = 1 }, { typicalKeeps }) => {
    if (p === 1) return;
    const probs = row.probs();
    const entropy = row.entropy();
    const kept = row.kept();
    const rank = new Map(kept.map((id, i) => [id, i]));
    const below = (id: number): boolean => -Math.log(probs[id]!) > entropy;
    const distance = (id: number): number => Math.abs(-Math.log(probs[id]!) - entropy);
    // among equals the more probable side first, each side from the entropy outwards
    kept.sort((a, b) => {
      if (below(a) !== below(b)) return distance(a) - distance(b) || (below(a) ? 1 : -1);
      return below(a) ? rank.get(a)! - rank.get(b)! : rank.get(b)! - rank.get(a)!;
    });
    let sum = 0;
    let count = 0;
    const isShort = (): boolean => (typicalKeeps === "edge" ? sum <= p : sum < p);
    while (count < kept.length && (count === 0 || isShort())) sum += probs[kept[count++]!]!;
    const farthest = distance(kept[count - 1]!);
    if (typicalKeeps === "ties") while (count < kept.length && distance(kept[count]!) <= farthest) count++;
    row.keepOnly(kept.slice(0, count));
  },
};

export const tailFree: Stage = {
  kind: "cut",
  opcode: OP_TAIL_FREE,
  params: ["tailFree"],
  description: "cuts where the curvature of the sorted probabilities has been used up",
  pack: ({ tailFree: z = 1 }) => (z === 1 ? undefined : { numbers: [z] }),
  reference: (row, { tailFree: z = 1 }) => {
    const kept = row.kept();
    if (z === 1 || kept.length <= 2) return;
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
};

export const xtc: Stage = {
  kind: "cut",
  opcode: OP_XTC,
  params: ["xtcProbability", "xtcThreshold"],
  coin: "xtcProbability",
  description: "sometimes drops all but the least likely of the tokens above a threshold",
  pack: ({ xtcProbability = 0, xtcThreshold = 0.1 }) =>
    xtcProbability === 0 ? undefined : { numbers: [xtcProbability, xtcThreshold] },
  reference: (row, { xtcProbability = 0, xtcThreshold = 0.1 }) => {
    if (row.coin >= xtcProbability) return;
    const probs = row.probs();
    const kept = row.kept();
    const count = kept.filter((id) => probs[id]! >= xtcThreshold).length;
    if (count >= 2) row.keepOnly(kept.slice(count - 1));
  },
};

export const topH: Stage = {
  kind: "cut",
  opcode: OP_TOP_H,
  params: ["topH"],
  description: "keeps the largest tokens as long as their entropy stays below topH times that of all",
  pack: ({ topH: alpha = 1 }, { topHSumsTerms }) =>
    alpha === 1 ? undefined : { numbers: [alpha], flags: topHSumsTerms ? TOP_H_SUMS_TERMS : 0 },
  reference: (row, { topH: alpha = 1 }, { topHSumsTerms }) => {
    if (alpha === 1) return;
    if (topHSumsTerms) row.keepOnly(row.kept().slice(0, TOP_H_MOST));
    const limit = alpha * row.entropy();
    const kept = row.kept();
    const probs = row.probs();
    const entropyOfFirst = (count: number): number => {
      const ps = kept.slice(0, count).map((id) => probs[id]!);
      const sum = topHSumsTerms ? 1 : ps.reduce((a, b) => a + b, 0);
      return ps.reduce((h, p) => (p > 0 ? h - (p / sum) * Math.log(p / sum) : h), 0);
    };
    let count = 1;
    while (count < kept.length && entropyOfFirst(count + 1) <= limit) count++;
    row.keepOnly(kept.slice(0, count));
  },
};

export const minK: Stage = {
  kind: "cut",
  opcode: OP_MIN_K,
  params: ["minK", "minKTau"],
  description: "keeps the logits before the drop that is steepest for its rank, and more where their range is small",
  pack: ({ minK: isOn = false, minKTau: tau = 3 }) => (isOn ? { numbers: [tau] } : undefined),
  reference: (row, { minKTau: tau = 3 }) => {
    const kept = row.kept();
    const logits = kept.map((id) => row.logits[id]!);
    const range = logits[0]! - logits.at(-1)!;
    if (!(range > 0)) return; // all equal, or nothing left
    const drops = logits.slice(0, -1).map((x, i) => (x - logits[i + 1]!) / (i + 1));
    const cliff = drops.indexOf(drops.reduce((a, b) => Math.max(a, b))) + 1;
    const fallback = tau > 0 ? Math.floor(tau / (range * row.beta)) : 0;
    row.keepOnly(kept.slice(0, Math.max(cliff, fallback)));
  },
};
