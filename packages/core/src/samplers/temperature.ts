/** Temperature, and dynamic temperature (kalomaze 2023; koboldcpp, llama.cpp `temp_ext`). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface TemperatureParams {
  /** Divides the logits; finite, ≥ 0. 0 is greedy. Absent: 1. */
  temperature?: number;
  /** Temperature moves that far below and above with the normalised entropy; ≥ 0, 0 is off. */
  dynatempRange?: number;
  /** Exponent of the normalised entropy in dynamic temperature; > 0. Absent: 1. */
  dynatempExponent?: number;
}

interface TemperatureRules {
  /** Temperatures below this are greedy. */
  readonly greedyBelow: number;
}

export const temperature: SamplerEntry<TemperatureParams, TemperatureRules> = {
  kind: "reshape",
  place: 100,
  keepsOrder: true,
  parameters: {
    temperature: number(numberRange(0, Infinity, "[)"), { off: 1 }),
    dynatempRange: number(numberRange(0, Infinity, "[)"), { off: 0 }),
    dynatempExponent: number(numberRange(0, Infinity, "()"), { absent: 1, tunes: "dynatempRange" }),
  },
  pack: ({ temperature: t = 1, dynatempRange = 0, dynatempExponent = 1 }, { greedyBelow }) => {
    if (t < greedyBelow || (t === 0 && dynatempRange === 0)) return { numbers: [0, 0, 1] };
    return t === 1 && dynatempRange === 0 ? undefined : { numbers: [t, dynatempRange, dynatempExponent] };
  },
};

export const temperatureReference = (): SamplerReference<TemperatureParams, TemperatureRules> => ({
  description: "divides the logits by T (0 leaves only the largest), or by a T that grows with the entropy",
  parameters: {
    temperature: {
      description: "divides the logits; 0 is greedy",
      start: 0.7,
      usualMost: 3,
      samples: { between: [0.05, 3], also: [1e-6, 1e-3, 50, 1e30, 1e-30, Number.MIN_VALUE] },
    },
    dynatempRange: {
      description: "temperature moves that far up and down with the entropy",
      start: 0.5,
      usualMost: 2,
      samples: { between: [0, 3], also: [1] },
    },
    dynatempExponent: {
      description: "how the entropy turns into temperature",
      start: 1,
      usualMost: 4,
      samples: { between: [0.1, 4] },
    },
  },
  law: (row, { temperature: t = 1, dynatempRange = 0, dynatempExponent = 1 }, { greedyBelow }) => {
    const kept = row.kept();
    const coolest = Math.max(t - dynatempRange, 0);
    const relative = kept.length > 1 ? row.entropy() / Math.log(kept.length) : 0;
    const isDynamic = dynatempRange > 0 && kept.length > 1 && t >= greedyBelow;
    const actual = isDynamic ? coolest + (t + dynatempRange - coolest) * relative ** dynatempExponent : t;
    if (actual === 0 || t < greedyBelow) row.keepOnly(kept.slice(0, 1));
    else row.beta = Math.min(row.beta / actual, 1e260);
  },
});
