/** Stages that cut or reshape the distribution. */
import { OP_MIN_P, OP_TEMPERATURE, OP_TOP_K, OP_TOP_P, TOP_K_KEEPS_TIES } from "../layout.ts";
import type { Stage } from "./stage.ts";

export const temperature: Stage = {
  kind: "cut",
  opcode: OP_TEMPERATURE,
  params: ["temperature"],
  description: "divides the logits by T; 0 leaves only the largest",
  pack: ({ temperature: t = 1 }, { greedyBelow }) => (t === 1 ? undefined : { numbers: [t < greedyBelow ? 0 : t] }),
  reference: (row, { temperature: t = 1 }, { greedyBelow }) => {
    if (t === 0 || t < greedyBelow) row.keepOnly(row.kept().slice(0, 1));
    else row.beta /= t;
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
  pack: ({ topP: p = 1 }) => (p === 1 ? undefined : { numbers: [p] }),
  reference: (row, { topP: p = 1 }) => {
    if (p === 1) return;
    const kept = row.kept();
    const max = row.max;
    const weights = kept.map((id) => row.weight(id, max));
    const target = p * weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    let count = 0;
    while (count < kept.length && (count === 0 || sum < target)) sum += weights[count++]!;
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
