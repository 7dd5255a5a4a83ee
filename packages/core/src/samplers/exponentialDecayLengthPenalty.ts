/** Raises the end of text more with each token (HF ExponentialDecayLengthPenalty, since #25594; TGIS). */
import { numbers } from "../kinds/numbers.ts";
import { integerRange, numberRange } from "../kinds/range.ts";
import { distinctIds } from "../kinds/tokenSequences.ts";
import { integerPower } from "../reference/integerPower.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface ExponentialDecayLengthPenaltyParams {
  /**
   * `[start, factor]`: after `start` tokens, an integer ≥ 0, the logits x of end of text and stop ids gain |x|·(factor^n − 1) at
   * the n-th token from there; factor > 0, 1 is off, below 1 delays the end. A logit of 0 never moves. Absent: off.
   */
  exponentialDecayLengthPenalty?: readonly [start: number, factor: number];
}

const off: readonly [number, number] = [0, 1];

export const exponentialDecayLengthPenalty: SamplerEntry<ExponentialDecayLengthPenaltyParams> = {
  kind: "edit",
  place: 85,
  keepsOrder: false,
  parameters: {
    exponentialDecayLengthPenalty: numbers([integerRange(0, 2 ** 31 - 1), numberRange(0, Infinity, "()")]),
  },
  alsoReads: ["stopTokenIds"],
  changesAt: ({ exponentialDecayLengthPenalty: [start, factor] = off }) => ({
    first: start + 1,
    last: factor === 1 ? start : Infinity,
  }),
  pack: ({ exponentialDecayLengthPenalty: [start, factor] = off, stopTokenIds: ids }) =>
    factor === 1 || !ids?.length ? undefined : { integer: start, numbers: [factor], ids: distinctIds(ids) },
};

export const exponentialDecayLengthPenaltyReference = (): SamplerReference<ExponentialDecayLengthPenaltyParams> => ({
  description: "after a number of tokens, raises those that end the sequence by a power that grows with each token",
  parameters: {
    exponentialDecayLengthPenalty: {
      description: "from which token on, and by which factor a token, the end is made likelier",
      start: [0, 1.1],
    },
  },
  law: (row, { exponentialDecayLengthPenalty: [start, factor] = off, stopTokenIds: ids = [] }) => {
    if (row.position <= start) return;
    const gain = Math.min(integerPower(factor, row.position - start), Number.MAX_VALUE) - 1;
    for (const id of new Set(ids)) {
      const x = row.logits[id]!;
      if (x > -Infinity) row.set(id, x + Math.abs(x) * gain);
    }
  },
});
