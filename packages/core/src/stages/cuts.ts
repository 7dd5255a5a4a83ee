/** Stages that cut or reshape the distribution. */
import {
  OP_MIN_P,
  OP_SMOOTHING,
  OP_TEMPERATURE,
  OP_TOP_K,
  OP_TOP_P,
  TOP_K_KEEPS_TIES,
  TOP_P_KEEPS_TIES,
  TOP_P_PASSES_EDGE,
} from "../layout.ts";
import type { Stage } from "./stage.ts";

export const temperature: Stage = {
  kind: "cut",
  opcode: OP_TEMPERATURE,
  params: ["temperature", "dynatempRange", "dynatempExponent"],
  description: "divides the logits by T (0 leaves only the largest), or by a T that grows with the entropy",
  pack: ({ temperature: t = 1, dynatempRange = 0, dynatempExponent = 1 }, { greedyBelow }) => {
    if (t < greedyBelow || (t === 0 && dynatempRange === 0)) return { numbers: [0, 0, 1] };
    return t === 1 && dynatempRange === 0 ? undefined : { numbers: [t, dynatempRange, dynatempExponent] };
  },
  reference: (row, { temperature: t = 1, dynatempRange = 0, dynatempExponent = 1 }, { greedyBelow }) => {
    const kept = row.kept();
    const coolest = Math.max(t - dynatempRange, 0);
    const relative = kept.length > 1 ? row.entropy() / Math.log(kept.length) : 0;
    const isDynamic = dynatempRange > 0 && kept.length > 1 && t >= greedyBelow;
    const actual = isDynamic ? coolest + (t + dynatempRange - coolest) * relative ** dynatempExponent : t;
    if (actual === 0 || t < greedyBelow) row.keepOnly(kept.slice(0, 1));
    else row.beta = Math.min(row.beta / actual, 1e260);
  },
};

export const smoothing: Stage = {
  kind: "cut",
  opcode: OP_SMOOTHING,
  params: ["smoothingFactor", "smoothingCurve"],
  description: "bends the logits by a quadratic, or cubic, around the largest",
  pack: ({ smoothingFactor: factor = 0, smoothingCurve: curve = 1 }) =>
    factor === 0 ? undefined : { numbers: [factor, curve] },
  reference: (row, { smoothingFactor: factor = 0, smoothingCurve: curve = 1 }) => {
    if (factor === 0) return;
    const max = row.max;
    for (const id of row.kept()) {
      const d = Math.max((row.logits[id]! - max) * row.beta, -1e100);
      const bent = ((curve - 3) / 2) * factor * d * d + ((curve - 1) / 2) * factor * d * d * d;
      row.set(id, Math.max(bent, -Number.MAX_VALUE));
    }
    row.beta = 1;
  },
};

export const topK: Stage = {
  kind: "cut",
  opcode: OP_TOP_K,
  params: ["topK"],
  description: "keeps the k largest logits",
  pack: ({ topK: k = 0 }, { topKKeepsTies }) =>
    k === 0 ? undefined : { integer: k, flags: topKKeepsTies ? TOP_K_KEEPS_TIES : 0 },
  reference: (row, { topK: k = 0 }, { topKKeepsTies }) => {
    const kept = row.kept();
    if (k === 0 || k >= kept.length) return;
    const kth = row.logits[kept[k - 1]!]!;
    row.keepOnly(topKKeepsTies ? kept.filter((id) => row.logits[id]! >= kth) : kept.slice(0, k));
  },
};

export const topP: Stage = {
  kind: "cut",
  opcode: OP_TOP_P,
  params: ["topP"],
  description: "keeps the smallest set of largest tokens with probability mass ≥ p",
  pack: ({ topP: p = 1 }, { topPKeeps }) => {
    const flags = topPKeeps === "ties" ? TOP_P_KEEPS_TIES : topPKeeps === "edge" ? TOP_P_PASSES_EDGE : 0;
    return p === 1 ? undefined : { numbers: [p], flags };
  },
  reference: (row, { topP: p = 1 }, { topPKeeps }) => {
    if (p === 1) return;
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
    row.keepOnly(kept.slice(0, count));
  },
};

export const minP: Stage = {
  kind: "cut",
  opcode: OP_MIN_P,
  params: ["minP"],
  description: "keeps tokens whose probability is at least minP times the largest",
  pack: ({ minP: p = 0 }) => (p === 0 ? undefined : { numbers: [p] }),
  reference: (row, { minP: p = 0 }) => {
    if (p === 0) return;
    const threshold = row.max + Math.log(p) / row.beta;
    row.keepOnly(row.kept().filter((id) => row.logits[id]! >= threshold));
  },
};
