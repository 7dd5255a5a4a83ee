/** DRY: "don't repeat yourself" (p-e-w 2024; koboldcpp #982 and llama.cpp #9702, whose rules these are). */
import { integer, number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { tokenSequences } from "../kinds/tokens.ts";
import { distinctSequences, packSequences, type TokenSequences } from "../kinds/tokenSequences.ts";
import { integerPower } from "../reference/integerPower.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface DryParams {
  /** DRY: subtracted from tokens that would go on with a repetition, times a power of `dryBase`; ≥ 0, 0 is off. */
  dryMultiplier?: number;
  /** The penalty grows by that factor with each repeated token; in [1, 1000]. Absent: 1.75. */
  dryBase?: number;
  /** Repetitions shorter than that are free; integer ≥ 0. Absent: 2. */
  dryAllowedLength?: number;
  /** How many of the last tokens DRY looks at, prompt included; integer ≥ −1, −1 all, 0 none. Absent: −1. */
  dryPenaltyLastN?: number;
  /** Tokens, or sequences of tokens, that a repetition does not reach across. Absent: none. */
  drySequenceBreakers?: TokenSequences;
}

const largestF32 = 3.4028234663852886e38;

/** The largest exponent for which base^exponent is an f32 (llama.cpp's clamp); 0, for none, of a base that hardly grows. */
function maxExponent(base: number): number {
  if (base <= 1.000001) return 0;
  let fits = 0;
  for (let step = 2 ** 27; step >= 1; step /= 2) if (integerPower(base, fits + step) <= largestF32) fits += step;
  return fits;
}

function setting(params: DryParams) {
  const { dryMultiplier = 0, dryBase = 1.75, dryAllowedLength = 2, dryPenaltyLastN = -1, drySequenceBreakers } = params;
  if (dryMultiplier === 0 || dryPenaltyLastN === 0) return undefined;
  return {
    multiplier: dryMultiplier,
    base: dryBase,
    allowedLength: dryAllowedLength,
    lastN: dryPenaltyLastN,
    breakers: distinctSequences(drySequenceBreakers),
    mostExponent: maxExponent(dryBase),
  };
}

/** How many of the last tokens a repetition may have: those after the last breaker, read from its head. */
function repetitionLimit(window: readonly number[], breakers: readonly (readonly number[])[]): number {
  for (let back = 0; back < window.length; back++) {
    const start = window.length - 1 - back;
    const found = breakers.filter((ids) => ids.every((id, i) => window[start + i] === id));
    if (found.length > 0) return back - Math.max(...found.map((ids) => ids.length - 1));
  }
  return window.length;
}

export const dry: SamplerEntry<DryParams> = {
  kind: "edit",
  place: 40,
  keepsOrder: false,
  parameters: {
    dryMultiplier: number(numberRange(0, Infinity, "[)"), { off: 0 }),
    dryBase: number(numberRange(1, 1000), { absent: 1.75 }),
    dryAllowedLength: integer(0, { absent: 2 }),
    dryPenaltyLastN: integer(-1, { absent: -1 }),
    drySequenceBreakers: tokenSequences(),
  },
  // the allowed length, a number
  flags: { ALLOWED_LENGTH: 0x7fffffff },
  pack: (params) => {
    const given = setting(params);
    if (!given) return undefined;
    const { multiplier, base, allowedLength, lastN, breakers, mostExponent } = given;
    const numbers = [multiplier, base, mostExponent];
    return { integer: lastN, flags: allowedLength, numbers, ids: packSequences(breakers) };
  },
};

export const dryReference = (): SamplerReference<DryParams> => ({
  description: "weakens tokens that would go on with a repetition, the more the longer it is",
  parameters: {
    dryMultiplier: {
      description: "weakens tokens that would go on with a repetition",
      start: 0.8,
      usualMost: 5,
      samples: { between: [0, 3], also: [0.8, 1e30] },
    },
    dryBase: {
      description: "how the DRY penalty grows with each repeated token",
      start: 1.75,
      usualMost: 4,
      samples: { between: [1, 4], also: [1000, 1 + 1e-6, 1.0001] },
    },
    dryAllowedLength: {
      description: "repetitions shorter than that are free",
      start: 2,
      usualMost: 10,
      samples: { between: [0, 5] },
    },
    dryPenaltyLastN: {
      description: "how many of the last tokens DRY sees; -1 all, 0 none",
      start: -1,
      usualMost: 256,
      samples: { between: [-1, 30] },
    },
    drySequenceBreakers: {
      description: "a repetition does not reach across these token sequences",
      samples: { mostItems: 4 },
    },
  },
  law: (row, params) => {
    const given = setting(params);
    if (!given) return;
    const { multiplier, base, allowedLength, lastN, breakers, mostExponent } = given;
    const history = Array.from(row.history);
    const window = lastN < 0 ? history : history.slice(Math.max(0, history.length - lastN));
    const limit = repetitionLimit(window, breakers);
    if (window.length <= allowedLength || limit < allowedLength) return;
    const longest = new Map<number, number>();
    for (let next = 1; next < window.length; next++) {
      let length = 0;
      while (length < next && length < limit && window[next - 1 - length] === window.at(-1 - length)) length++;
      if (length >= allowedLength) longest.set(window[next]!, Math.max(length, longest.get(window[next]!) ?? 0));
    }
    const exempt = new Set(breakers.filter((ids) => ids.length === 1).map(([id]) => id));
    for (const [id, length] of longest) {
      if (exempt.has(id) || row.logits[id] === -Infinity) continue;
      const exponent = mostExponent > 0 ? Math.min(length - allowedLength, mostExponent) : length - allowedLength;
      row.set(id, row.logits[id]! - multiplier * integerPower(base, exponent));
    }
  },
});
