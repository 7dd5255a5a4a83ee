/**
 * Detector of the KGW watermark (Kirchenbauer et al. 2023, arXiv 2301.10226): counts green tokens. It needs the token
 * ids and the watermark's parameters, neither the model nor the seed.
 */
import { DOMAIN_KGW } from "../layout.ts";
import { checkInteger, checkList, checkOptions, refuse } from "@tokenmill/check";
import { WatermarkContext } from "./context.ts";
import { defaultKgwContext, defaultKgwGamma } from "./watermarkParams.ts";

/** The sampling parameters that the text was, or was not, made with. */
export interface KgwDetection {
  kgwGamma?: number;
  kgwContext?: number;
  kgwKey?: number;
  /** How many of the token ids are a prompt and not scored. Absent: none. */
  promptLength?: number;
}

export interface KgwScore {
  /** Standard deviations above the green count of unmarked text; 0 if nothing could be scored. */
  zScore: number;
  greenCount: number;
  /** Tokens scored: those with a full context, each pair of context and token once. */
  scoredCount: number;
}

const known = ["kgwGamma", "kgwContext", "kgwKey", "promptLength"] as const satisfies (keyof KgwDetection)[];

/**
 * Scores a text. Unmarked text has a standard normal `zScore`; above 4 the chance of that is 3e-5.
 * @throws TypeError, RangeError
 */
export function detectKgw(tokenIds: ArrayLike<number>, options: KgwDetection = {}): KgwScore {
  checkOptions("options", options, known, "detection option");
  const { kgwGamma = defaultKgwGamma, kgwContext = defaultKgwContext, kgwKey = 0, promptLength = 0 } = options;
  if (typeof kgwGamma !== "number" || !(kgwGamma > 0 && kgwGamma < 1))
    refuse("kgwGamma", "number in (0, 1)", kgwGamma, typeof kgwGamma !== "number");
  checkKey("kgwKey", kgwKey);
  checkText(tokenIds, "kgwContext", kgwContext, promptLength);
  const watermark = new WatermarkContext(DOMAIN_KGW, kgwKey);
  const seen = new Set<string>();
  let greenCount = 0;
  for (let i = Math.max(promptLength, kgwContext); i < tokenIds.length; i++) {
    const gram = Array.prototype.slice.call(tokenIds, i - kgwContext, i + 1).join();
    if (seen.has(gram)) continue;
    seen.add(gram);
    watermark.enter(tokenIds, i, kgwContext);
    if (isGreen(watermark, tokenIds[i]!, kgwGamma)) greenCount++;
  }
  const scoredCount = seen.size;
  const deviation = Math.sqrt(scoredCount * kgwGamma * (1 - kgwGamma));
  const zScore = scoredCount === 0 ? 0 : (greenCount - kgwGamma * scoredCount) / deviation;
  return { zScore, greenCount, scoredCount };
}

/** Whether the token is green in the context that was entered. */
export function isGreen(watermark: WatermarkContext, tokenId: number, gamma: number): boolean {
  return watermark.block(tokenId >>> 2)[tokenId & 3]! < gamma * 2 ** 32;
}

export function checkKey(name: string, key: unknown): void {
  checkInteger(name, key, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** @throws TypeError, RangeError for what no watermarked text can have. */
export function checkText(tokenIds: ArrayLike<number>, name: string, context: number, promptLength: number): void {
  checkInteger(name, context, { min: 1, max: 16 });
  checkList("tokenIds", tokenIds);
  for (let i = 0; i < tokenIds.length; i++) {
    checkInteger(`tokenIds[${i}]`, tokenIds[i], { min: 0, max: 2 ** 31 - 1 });
  }
  checkInteger("promptLength", promptLength, { min: 0, max: tokenIds.length });
}
