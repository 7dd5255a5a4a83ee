/** No n-gram twice (Paulus et al. 2017, arXiv 1705.04304; HF NoRepeatNGramLogitsProcessor). */
import { integer } from "../kinds/numbers.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface NoRepeatNgramParams {
  /** No n-gram of that size occurs twice in prompt and output; integer ≥ 0, 0 is off. */
  noRepeatNgramSize?: number;
}

export const noRepeatNgram: SamplerEntry<NoRepeatNgramParams> = {
  kind: "edit",
  place: 50,
  keepsOrder: true,
  parameters: {
    noRepeatNgramSize: integer(0, { off: 0 }),
  },
  pack: ({ noRepeatNgramSize: n = 0 }) => (n === 0 ? undefined : { integer: n }),
};

export const noRepeatNgramReference = (): SamplerReference<NoRepeatNgramParams> => ({
  description: "takes out tokens that would complete an n-gram that occurred before",
  parameters: {
    noRepeatNgramSize: {
      description: "no n-gram of that size occurs twice",
      start: 2,
      usualMost: 8,
      samples: { between: [0, 4] },
    },
  },
  law: (row, { noRepeatNgramSize: n = 0 }) => {
    const history = Array.from(row.history);
    const suffix = history.slice(history.length - n + 1).join();
    for (let start = 0; n > 0 && start + n <= history.length; start++) {
      if (history.slice(start, start + n - 1).join() === suffix) row.logits[history[start + n - 1]!] = -Infinity;
    }
  },
});
