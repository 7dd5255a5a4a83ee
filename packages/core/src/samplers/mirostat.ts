/** Mirostat 1 and 2 (Basu et al. 2021, arXiv 2007.14966; llama.cpp `llama-sampler.cpp`). */
import { integer, number, share } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { STATE_MIROSTAT_MU } from "../layout.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface MirostatParams {
  /** Mirostat holds the mean surprise of the drawn tokens at `mirostatTau`: 1 by a top-k, 2 by a threshold; 0 is off. */
  mirostat?: 0 | 1 | 2;
  /** The surprise that mirostat aims at, in bits; in [0, 100]. Absent: 5. */
  mirostatTau?: number;
  /** How much of its error mirostat corrects with each token; in [0, 1]. Absent: 0.1. */
  mirostatEta?: number;
}

/** Index of its number in the state. */
const mirostatMu = STATE_MIROSTAT_MU / 8;

/** The largest surprise that is let through at first: twice the target. */
const initialMu = ({ mirostatTau: tau = 5 }: MirostatParams): number => 2 * tau;

export const mirostat: SamplerEntry<MirostatParams> = {
  kind: "cut",
  place: 260,
  keepsOrder: true,
  parameters: {
    mirostat: integer(0, { off: 0 }, 2),
    mirostatTau: number(numberRange(0, 100), { absent: 5 }),
    mirostatEta: share("[]", { absent: 0.1 }),
  },
  state: {
    first: mirostatMu,
    count: 1,
    initial: (params) => [initialMu(params)],
    accepts: () => true,
  },
  integers: [1, 2],
  pack: ({ mirostat: version = 0, mirostatTau: tau = 5, mirostatEta: eta = 0.1 }) =>
    version === 0 ? undefined : { integer: version, numbers: [tau, eta] },
};

export const mirostatReference = (): SamplerReference<MirostatParams> => ({
  description: "holds the mean surprise of the drawn tokens at tau",
  parameters: {
    mirostat: { description: "version of mirostat, which holds the mean surprise", start: 2 },
    mirostatTau: {
      description: "the surprise that mirostat aims at, in bits",
      start: 5,
      usualMost: 12,
      samples: { between: [0, 12], also: [100] },
    },
    mirostatEta: { description: "how much of its error mirostat corrects per token", start: 0.1 },
  },
  law: (row, params) => {
    const mu = row.state[mirostatMu] ?? initialMu(params);
    const kept = row.kept();
    if (params.mirostat === 1) row.keepOnly(kept.slice(0, topK(row, kept, mu)));
    else if (params.mirostat === 2) {
      const probs = row.probs();
      const count = kept.filter((id) => -Math.log2(probs[id]!) <= mu).length;
      row.keepOnly(kept.slice(0, Math.max(count, 1)));
    }
  },
});

/** The k for which a Zipf law with the exponent of the 100 most probable tokens has surprise mu. */
function topK(row: ReferenceRow, kept: readonly number[], mu: number): number {
  if (kept.length < 2) return kept.length;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < Math.min(99, kept.length - 1); i++) {
    const t = Math.log((i + 2) / (i + 1));
    products += t * (row.logits[kept[i]!]! - row.logits[kept[i + 1]!]!) * row.beta;
    squares += t * t;
  }
  const s = products / squares;
  const logSize = Math.log(row.logits.length);
  const exponent = (s - 1) * logSize;
  // (s − 1) / (1 − N^(1 − s)), whose limit at s = 1 is 1 / ln N
  const ratio = Math.abs(exponent) < 1e-9 ? -Math.log(logSize) : Math.log(Math.abs(s - 1)) - logOfDifference(exponent);
  const logK = (ratio + mu * Math.LN2) / s;
  if (!(logK > 0)) return 1;
  return logK >= Math.log(kept.length) ? kept.length : Math.max(1, Math.floor(Math.exp(logK)));
}

/** ln |1 − e^−x|. */
function logOfDifference(x: number): number {
  return x > 0 ? Math.log1p(-Math.exp(-x)) : Math.log1p(-Math.exp(x)) - x;
}
