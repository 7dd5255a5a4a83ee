/**
 * Detector of the SynthID-text watermark (Dathathri et al. 2024, Nature 634): the mean, plain and weighted, of the
 * layers' functions over the tokens. It needs the token ids and the watermark's parameters, neither the model nor the seed.
 */
import { DOMAIN_SYNTH_ID } from "../layout.ts";
import { checkInteger, checkList, checkOptions, refuse } from "@tokenmill/check";
import { isContextRepeated, WatermarkContext } from "./context.ts";
import { checkKey, checkText } from "./detectKgw.ts";
import { CONTEXTS_KEPT, hashContext, tableBit } from "./synthIdTable.ts";
import { defaultSynthIdContext } from "./watermarkParams.ts";

/** The sampling parameters that the text was, or was not, made with. */
export interface SynthIdDetection {
  /** Number of layers, 1 … 128; absent with `synthIdKeys`. */
  synthIdDepth?: number;
  synthIdContext?: number;
  synthIdKey?: number;
  /** Text that transformers has marked, or a sampler with these keys; a layer each. */
  synthIdKeys?: readonly number[];
  /** How many of the token ids are a prompt and not scored. Absent: none. */
  promptLength?: number;
}

export interface SynthIdScore {
  /** Mean of the g-values; 0.5 is expected of unmarked text. */
  mean: number;
  /** The same with weights that fall from 10 in the first layer to 1 in the last, as early layers carry more. */
  weightedMean: number;
  /** Standard deviations of `weightedMean` above 0.5; 0 if nothing could be scored. */
  zScore: number;
  /** Tokens scored: those with a full context that did not occur before. */
  scoredCount: number;
}

const known = [
  "synthIdDepth",
  "synthIdContext",
  "synthIdKey",
  "synthIdKeys",
  "promptLength",
] as const satisfies (keyof SynthIdDetection)[];

/**
 * Scores a text. Unmarked text has a standard normal `zScore`; above 4 the chance of that is 3e-5.
 * @throws TypeError, RangeError
 */
export function detectSynthId(tokenIds: ArrayLike<number>, options: SynthIdDetection): SynthIdScore {
  checkOptions("options", options, known, "detection option");
  const { synthIdContext = defaultSynthIdContext, synthIdKey = 0, synthIdKeys = [], promptLength = 0 } = options;
  const { synthIdDepth: depth = synthIdKeys.length } = options;
  checkList("synthIdKeys", synthIdKeys);
  checkInteger("synthIdDepth", depth, { min: 1, max: 128 });
  if (synthIdKeys.length > 0 && depth !== synthIdKeys.length) {
    refuse("synthIdDepth", `${synthIdKeys.length}, as there are synthIdKeys, or nothing`, depth, false);
  }
  synthIdKeys.forEach((key, i) => checkKey(`synthIdKeys[${i}]`, key));
  checkKey("synthIdKey", synthIdKey);
  checkText(tokenIds, "synthIdContext", synthIdContext, promptLength);
  const weights = Array.from({ length: depth }, (_, layer) => (depth === 1 ? 1 : 10 - (9 * layer) / (depth - 1)));
  const totalWeight = weights.reduce((a, b) => a + b, 0);
  const hasKeys = synthIdKeys.length > 0;
  const watermark = new WatermarkContext(DOMAIN_SYNTH_ID, synthIdKey);
  // with keys the prompt is no context
  const first = hasKeys ? promptLength + synthIdContext : Math.max(promptLength, synthIdContext);
  const isRepeated = (i: number): boolean =>
    isContextRepeated(tokenIds, hasKeys ? Math.max(first, i - CONTEXTS_KEPT) : first, i, synthIdContext);
  let scoredCount = 0;
  let sum = 0;
  let weightedSum = 0;
  for (let i = first; i < tokenIds.length; i++) {
    if (isRepeated(i)) continue;
    scoredCount++;
    const hash = hasKeys ? hashContext(tokenIds, promptLength, i, synthIdContext) : 0;
    if (!hasKeys) watermark.enter(tokenIds, i, synthIdContext);
    const words = hasKeys ? undefined : watermark.block(tokenIds[i]!);
    for (let layer = 0; layer < depth; layer++) {
      if (!(words ? hasLayerBit(words, layer) : tableBit(hash, tokenIds[i]!, synthIdKeys[layer]!))) continue;
      sum += 1;
      weightedSum += weights[layer]!;
    }
  }
  if (scoredCount === 0) return { mean: 0.5, weightedMean: 0.5, zScore: 0, scoredCount };
  const weightedMean = weightedSum / (scoredCount * totalWeight);
  const deviation = (0.5 * Math.sqrt(weights.reduce((a, b) => a + b * b, 0) / scoredCount)) / totalWeight;
  return { mean: sum / (scoredCount * depth), weightedMean, zScore: (weightedMean - 0.5) / deviation, scoredCount };
}

/** The value of a layer's function. */
export function hasLayerBit(words: Uint32Array, layer: number): boolean {
  return ((words[layer >> 5]! >>> (layer & 31)) & 1) === 1;
}
