/** What a slider for a parameter looks like, found by asking the parameter's own `accepts`. */
import type { Parameter } from "@tokenmill/core";

export interface Slider {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** The value at which the parameter does nothing, if its description names one. */
  readonly off: number | undefined;
  /** A value worth looking at first. */
  readonly start: number;
}

/** Where the range has no end, or a slider should not reach it; the number field beside the slider takes every value. */
const shown: Readonly<Record<string, { most?: number; start: number }>> = {
  temperature: { most: 3, start: 0.7 },
  topK: { most: 100, start: 3 },
  topP: { start: 0.9 },
  minP: { start: 0.1 },
  topNSigma: { most: 4, start: 1 },
  minKTau: { most: 50, start: 3 },
  typicalP: { start: 0.8 },
  epsilonCutoff: { most: 0.3, start: 0.05 },
  etaCutoff: { most: 0.5, start: 0.1 },
  topA: { start: 0.3 },
  tailFree: { start: 0.9 },
  topH: { start: 0.6 },
  xtcProbability: { start: 1 },
  xtcThreshold: { start: 0.1 },
  smoothingFactor: { most: 3, start: 0.3 },
  dynatempRange: { most: 2, start: 0.5 },
  dynatempExponent: { most: 4, start: 1 },
  repetitionPenalty: { most: 2, start: 1.3 },
  penaltyLastN: { most: 256, start: -1 },
  noRepeatNgramSize: { most: 8, start: 2 },
  minTokens: { most: 64, start: 1 },
  smoothingCurve: { start: 1 },
  mirostat: { start: 2 },
  mirostatTau: { most: 12, start: 5 },
  mirostatEta: { start: 0.1 },
  adaptiveTarget: { start: 0.5 },
  adaptiveDecay: { start: 0.9 },
  dryMultiplier: { most: 5, start: 0.8 },
  dryBase: { most: 4, start: 1.75 },
  dryAllowedLength: { most: 10, start: 2 },
  dryPenaltyLastN: { most: 256, start: -1 },
  kgwDelta: { most: 10, start: 2 },
  kgwGamma: { start: 0.25 },
  kgwContext: { start: 1 },
  synthIdDepth: { most: 32, start: 30 },
  synthIdContext: { start: 4 },
};

const leastTried = [-2, -1, 0, 0.01, 1, 2];
const mostTried = [1000, 500, 256, 128, 100, 64, 50, 32, 30, 20, 16, 10, 8, 5, 4, 3, 2, 1];

/** For parameters of kind `number` and `integer`. */
export function sliderOf({ name, kind, description, accepts }: Parameter, vocabSize: number): Slider {
  const isIn = (x: number): boolean => (accepts as (value: number, vocabSize: number) => boolean)(x, vocabSize);
  const hint = shown[name];
  const step = kind === "integer" ? 1 : 0.01;
  const least = leastTried.find(isIn) ?? 0;
  const end = isIn(1e6)
    ? (hint?.most ?? (kind === "integer" ? 100 : 5))
    : mostTried.flatMap((most) => [most, Number((most - step).toFixed(2))]).find(isIn);
  const shownEnd = Math.min(hint?.most ?? Infinity, end ?? least + step);
  const most = Math.max(least + step, name === "topK" ? Math.min(shownEnd, vocabSize) : shownEnd);
  const middle = Number((least + Math.round((most - least) / 2 / step) * step).toFixed(2));
  const offText = /(-?\d+(?:\.\d+)?) is off/.exec(description)?.[1];
  const off = offText === undefined ? undefined : Number(offText);
  return { least, most, step, off, start: hint?.start ?? (isIn(middle) ? middle : least) };
}
