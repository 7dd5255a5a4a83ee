/** Adaptive-p (MrJackSpade, ddh0 2025; llama.cpp #17927). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { STATE_ADAPTIVE_SUM, STATE_ADAPTIVE_WEIGHT } from "../layout.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

/** Indices of its numbers in the state. */
const adaptiveSum = STATE_ADAPTIVE_SUM / 8;
const adaptiveWeight = STATE_ADAPTIVE_WEIGHT / 8;

interface AdaptivePParams {
  /** Adaptive-p prefers tokens of about that probability, on average; in [0, 1], −1 is off. Absent: −1. */
  adaptiveTarget?: number;
  /** How slowly adaptive-p forgets; in [0, 0.99]. Absent: 0.9. */
  adaptiveDecay?: number;
}

/** As if the target had been met for ever. */
const initial = ({ adaptiveTarget = -1, adaptiveDecay = 0.9 }: AdaptivePParams): [number, number] => [
  adaptiveTarget / (1 - adaptiveDecay),
  1 / (1 - adaptiveDecay),
];

export const adaptiveP: SamplerEntry<AdaptivePParams> = {
  kind: "reshape",
  place: 270,
  keepsOrder: false,
  parameters: {
    adaptiveTarget: number(numberRange(0, 1, "[]", -1), { off: -1 }),
    adaptiveDecay: number(numberRange(0, 0.99), { absent: 0.9 }),
  },
  state: {
    first: adaptiveSum,
    count: 2,
    initial,
    // the weight of the last token is 1
    accepts: ([sum = 0, weight = 0]) => sum >= 0 && weight >= 1,
  },
  pack: ({ adaptiveTarget: target = -1, adaptiveDecay: decay = 0.9 }) =>
    target < 0 ? undefined : { numbers: [target, decay] },
};

export const adaptivePReference = (): SamplerReference<AdaptivePParams> => ({
  description: "prefers tokens near a probability, so that the mean of the drawn ones comes to the target",
  parameters: {
    adaptiveTarget: { description: "adaptive-p prefers tokens of about that probability", start: 0.5 },
    adaptiveDecay: { description: "how slowly adaptive-p forgets", start: 0.9 },
  },
  law: (row, params) => {
    const [initialSum, initialWeight] = initial(params);
    const sum = row.state[adaptiveSum] ?? initialSum;
    const weight = row.state[adaptiveWeight] ?? initialWeight;
    const target = Math.min(Math.max(2 * (params.adaptiveTarget ?? -1) - sum / weight, 0), 1);
    const probs = row.probs();
    for (const id of row.kept()) {
      const distance = Math.abs((probs[id]! - target) / 0.3);
      row.set(id, 5 - (10 * distance * distance) / (1 + distance));
    }
    row.beta = 1;
  },
});
