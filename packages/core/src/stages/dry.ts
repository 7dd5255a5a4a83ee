/** DRY: "don't repeat yourself" (p-e-w 2024; koboldcpp #982 and llama.cpp #9702, whose rules these are). */
import { OP_DRY } from "../layout.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Stage } from "./stage.ts";
import { distinctSequences, packSequences } from "./tokenSequences.ts";

const largestF32 = 3.4028234663852886e38;

/** base^exponent by the multiplications of the kernel (`assembly/samplers/dry.ts`): the same bits in every JavaScript engine. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e >>= 1) {
    if (e & 1) result *= square;
    square *= square;
  }
  return result;
}

/** The largest exponent for which base^exponent is an f32 (llama.cpp's clamp); 0, for none, of a base that hardly grows. */
function maxExponent(base: number): number {
  if (base <= 1.000001) return 0;
  let fits = 0;
  for (let step = 2 ** 27; step >= 1; step /= 2) if (power(base, fits + step) <= largestF32) fits += step;
  return fits;
}

function setting(params: SamplingParams) {
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

export const dry: Stage = {
  kind: "edit",
  opcode: OP_DRY,
  params: ["dryMultiplier", "dryBase", "dryAllowedLength", "dryPenaltyLastN", "drySequenceBreakers"],
  description: "weakens tokens that would go on with a repetition, the more the longer it is",
  pack: (params) => {
    const dryness = setting(params);
    if (!dryness) return undefined;
    const { multiplier, base, allowedLength, lastN, breakers, mostExponent } = dryness;
    return {
      integer: lastN,
      flags: allowedLength,
      numbers: [multiplier, base, mostExponent],
      ids: packSequences(breakers),
    };
  },
  reference: (row, params) => {
    const dryness = setting(params);
    if (!dryness) return;
    const { multiplier, base, allowedLength, lastN, breakers, mostExponent } = dryness;
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
      row.set(id, row.logits[id]! - multiplier * power(base, exponent));
    }
  },
};
