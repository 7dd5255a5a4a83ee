/** No n-gram of the prompt (HF EncoderNoRepeatNGramLogitsProcessor). */
import { integer } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface EncoderNoRepeatNgramParams {
  /** No n-gram of the prompt of that size is completed; integer ≥ 0, 0 is off. */
  encoderNoRepeatNgramSize?: number;
}

export const encoderNoRepeatNgram: SamplerEntry<EncoderNoRepeatNgramParams> = {
  kind: "edit",
  place: 55,
  keepsOrder: true,
  parameters: {
    encoderNoRepeatNgramSize: integer(0, { off: 0 }),
  },
  pack: ({ encoderNoRepeatNgramSize: n = 0 }) => (n === 0 ? undefined : { integer: n }),
};

export const encoderNoRepeatNgramReference = (): SamplerReference<EncoderNoRepeatNgramParams> => ({
  description: "takes out tokens that would complete an n-gram of the prompt",
  parameters: {
    encoderNoRepeatNgramSize: {
      description: "no n-gram of the prompt of that size is completed",
      start: 2,
      usualMost: 8,
      samples: { between: [0, 4] },
    },
  },
  law: (row, { encoderNoRepeatNgramSize: n = 0 }) => {
    const history = Array.from(row.history);
    const suffix = history.slice(history.length - n + 1).join();
    for (let start = 0; n > 0 && start + n <= row.promptLength; start++) {
      if (history.slice(start, start + n - 1).join() === suffix) row.logits[history[start + n - 1]!] = -Infinity;
    }
  },
});
