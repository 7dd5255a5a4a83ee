/** Adaptive-p (MrJackSpade, ddh0 2025; llama.cpp #17927). */
import { OP_ADAPTIVE_P, STATE_ADAPTIVE_SUM, STATE_ADAPTIVE_WEIGHT } from "../layout.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Stage } from "./stage.ts";

/** As if the target had been met for ever. */
const initial = ({ adaptiveTarget = -1, adaptiveDecay = 0.9 }: SamplingParams): [number, number] => [
  adaptiveTarget / (1 - adaptiveDecay),
  1 / (1 - adaptiveDecay),
];

export const adaptiveP: Stage = {
  kind: "cut",
  opcode: OP_ADAPTIVE_P,
  params: ["adaptiveTarget", "adaptiveDecay"],
  description: "prefers tokens near a probability, so that the mean of the drawn ones comes to the target",
  state: {
    offsetBytes: STATE_ADAPTIVE_SUM,
    count: 2,
    initial,
    // the weight of the last token is 1
    accepts: ([sum = 0, weight = 0]) => sum >= 0 && weight >= 1,
  },
  pack: ({ adaptiveTarget: target = -1, adaptiveDecay: decay = 0.9 }) =>
    target < 0 ? undefined : { numbers: [target, decay] },
  reference: (row, params) => {
    const [initialSum, initialWeight] = initial(params);
    const sum = row.state[STATE_ADAPTIVE_SUM / 8] ?? initialSum;
    const weight = row.state[STATE_ADAPTIVE_WEIGHT / 8] ?? initialWeight;
    const target = Math.min(Math.max(2 * (params.adaptiveTarget ?? -1) - sum / weight, 0), 1);
    const probs = row.probs();
    for (const id of row.kept()) {
      const distance = Math.abs((probs[id]! - target) / 0.3);
      row.set(id, 5 - (10 * distance * distance) / (1 + distance));
    }
    row.beta = 1;
  },
};
