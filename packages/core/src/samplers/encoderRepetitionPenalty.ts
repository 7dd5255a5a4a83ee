/** Favours tokens of the prompt (HF EncoderRepetitionPenaltyLogitsProcessor). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface EncoderRepetitionPenaltyParams {
  /** Tokens of the prompt: positive logits are multiplied by it, others divided; > 0, 1 is off, above 1 favours them. */
  encoderRepetitionPenalty?: number;
}

export const encoderRepetitionPenalty: SamplerEntry<EncoderRepetitionPenaltyParams> = {
  kind: "edit",
  place: 25,
  keepsOrder: false,
  parameters: {
    encoderRepetitionPenalty: number(numberRange(0, Infinity, "()"), { off: 1 }),
  },
  pack: ({ encoderRepetitionPenalty: factor = 1 }) => (factor === 1 ? undefined : { numbers: [factor] }),
};

export const encoderRepetitionPenaltyReference = (): SamplerReference<EncoderRepetitionPenaltyParams> => ({
  description: "favours tokens of the prompt, or weakens them",
  parameters: {
    encoderRepetitionPenalty: {
      description: "above 1 favours tokens of the prompt, below 1 weakens them",
      start: 1.2,
      usualMost: 2,
      samples: { between: [0.1, 3], also: [1e-6, 1e30] },
    },
  },
  law: (row, { encoderRepetitionPenalty: factor = 1 }) => {
    for (const id of new Set(Array.from(row.history).slice(0, row.promptLength))) {
      const x = row.logits[id]!;
      if (x > -Infinity) row.set(id, x > 0 ? x * factor : x / factor);
    }
  },
});
