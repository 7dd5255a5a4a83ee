/** Adds to the logits of tokens that would complete sequences (HF SequenceBiasLogitsProcessor). */
import { addend } from "../kinds/biasEntries.ts";
import { sequenceBiases } from "../kinds/tokens.ts";
import { packSequences, type SequenceBiases } from "../kinds/tokenSequences.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface SequenceBiasParams {
  /**
   * `[ids, bias]` each: the bias, in [−100, 100], is added to the logit of the last id where the others are the end of prompt
   * and output; of one id, always. Of several that end in one token each is added; −100 bans.
   */
  sequenceBias?: SequenceBiases;
}

export const sequenceBias: SamplerEntry<SequenceBiasParams> = {
  kind: "edit",
  place: 15,
  keepsOrder: false,
  parameters: {
    sequenceBias: sequenceBiases(),
  },
  pack: ({ sequenceBias: given = [] }) =>
    given.length === 0
      ? undefined
      : { ids: packSequences(given.map(([ids]) => ids)), values: given.map(([, b]) => addend(b)) },
};

export const sequenceBiasReference = (): SamplerReference<SequenceBiasParams> => ({
  description: "adds a bias to the logits of tokens that would complete a sequence",
  parameters: {
    sequenceBias: {
      description: "added to the logit of the last token of a sequence after its others; -100 bans",
      samples: { mostItems: 12 },
    },
  },
  law: (row, { sequenceBias: given = [] }) => {
    const history = Array.from(row.history);
    for (const [ids, b] of given) {
      const last = ids.at(-1)!;
      const others = ids.slice(0, -1);
      if (others.length > history.length || row.logits[last] === -Infinity) continue;
      if (history.slice(history.length - others.length).join() !== others.join()) continue;
      row.set(last, b <= -100 ? -Infinity : row.logits[last]! + Math.fround(b));
    }
  },
});
