/** Adds to the logits of named tokens (OpenAI `logit_bias`). */
import { addend, biasEntries } from "../kinds/biasEntries.ts";
import { bias } from "../kinds/tokens.ts";
import type { LogitBias } from "../kinds/biasEntries.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface LogitBiasParams {
  /** Added to the logits of the named tokens; each in [−100, 100] or −Infinity; ≤ −100 bans. */
  logitBias?: LogitBias;
}

export const logitBias: SamplerEntry<LogitBiasParams> = {
  kind: "edit",
  place: 10,
  keepsOrder: false,
  parameters: {
    logitBias: bias(),
  },
  pack: ({ logitBias: given = {} }) => {
    const entries = biasEntries(given);
    if (entries.length === 0) return undefined;
    return { ids: entries.map(([id]) => id), values: entries.map(([, b]) => addend(b)) };
  },
};

export const logitBiasReference = (): SamplerReference<LogitBiasParams> => ({
  description: "adds a bias to the logits of named tokens",
  parameters: {
    logitBias: { description: "added to the logits of tokens; -100 bans" },
  },
  law: (row, { logitBias: given = {} }) => {
    for (const [id, b] of biasEntries(given)) {
      if (row.logits[id]! > -Infinity) row.set(id, b <= -100 ? -Infinity : row.logits[id]! + Math.fround(b));
    }
  },
});
