/** Cuts at a threshold computed from the whole distribution. */
import { OP_EPSILON_CUTOFF, OP_ETA_CUTOFF, OP_P_LESS, OP_TOP_A, OP_TOP_N_SIGMA } from "../layout.ts";
import type { Stage } from "./stage.ts";

export const topNSigma: Stage = {
  kind: "cut",
  opcode: OP_TOP_N_SIGMA,
  params: ["topNSigma"],
  description: "keeps logits within n standard deviations of the largest",
  pack: ({ topNSigma: n = 0 }) => (n === 0 ? undefined : { numbers: [n] }),
  reference: (row, { topNSigma: n = 0 }) => {
    if (n === 0) return;
    const kept = row.kept();
    const mean = kept.reduce((sum, id) => sum + row.logits[id]!, 0) / kept.length;
    const variance = kept.reduce((sum, id) => sum + (row.logits[id]! - mean) ** 2, 0) / kept.length;
    const threshold = row.max - n * Math.sqrt(variance);
    row.keepOnly(kept.filter((id) => row.logits[id]! >= threshold));
  },
};

export const epsilonCutoff: Stage = {
  kind: "cut",
  opcode: OP_EPSILON_CUTOFF,
  params: ["epsilonCutoff"],
  description: "keeps tokens with probability at least epsilon",
  pack: ({ epsilonCutoff: epsilon = 0 }) => (epsilon === 0 ? undefined : { numbers: [epsilon] }),
  reference: (row, { epsilonCutoff: epsilon = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    row.keepOnly(kept.filter((id, rank) => rank === 0 || probs[id]! >= Math.min(epsilon, probs[kept[0]!]!)));
  },
};

export const etaCutoff: Stage = {
  kind: "cut",
  opcode: OP_ETA_CUTOFF,
  params: ["etaCutoff"],
  description: "keeps tokens with probability at least min(eta, sqrt(eta)·e^-entropy)",
  pack: ({ etaCutoff: eta = 0 }) => (eta === 0 ? undefined : { numbers: [eta] }),
  reference: (row, { etaCutoff: eta = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    const least = Math.min(eta, Math.sqrt(eta) * Math.exp(-row.entropy()), probs[kept[0]!]!);
    row.keepOnly(kept.filter((id) => probs[id]! >= least));
  },
};

export const topA: Stage = {
  kind: "cut",
  opcode: OP_TOP_A,
  params: ["topA"],
  description: "keeps tokens with probability at least topA times the square of the largest",
  pack: ({ topA: a = 0 }) => (a === 0 ? undefined : { numbers: [a] }),
  reference: (row, { topA: a = 0 }) => {
    const probs = row.probs();
    const kept = row.kept();
    const largest = probs[kept[0]!]!;
    row.keepOnly(kept.filter((id) => probs[id]! >= Math.min(a * largest * largest, largest)));
  },
};

export const pLess: Stage = {
  kind: "cut",
  opcode: OP_P_LESS,
  params: ["pLess"],
  description: "keeps tokens at least as probable as two draws are to be equal",
  pack: ({ pLess: isOn = false }) => (isOn ? {} : undefined),
  reference: (row) => {
    const kept = row.kept();
    const max = row.max;
    const weights = new Map(kept.map((id) => [id, row.weight(id, max)]));
    let sum = 0;
    let squares = 0;
    for (const w of weights.values()) {
      sum += w;
      squares += w * w;
    }
    row.keepOnly(kept.filter((id) => weights.get(id)! >= Math.min(squares / sum, 1)));
  },
};
