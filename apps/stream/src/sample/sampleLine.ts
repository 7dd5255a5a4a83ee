/** One draw as a line of JSON. */
import type { SamplingParams, Tokenizer } from "@tokenmill/core";
import { tokenText } from "../explain/tokens/tokenText.ts";
import type { RowDraw } from "./sampleRows.ts";

/** Line break included. `draw` only where rows are drawn more than once, log-probabilities only where they were asked for, text where tokens have some. */
export function sampleLine(
  { row, draw, result }: RowDraw,
  draws: number,
  { logprobs = 0, logprobTokenIds = [] }: SamplingParams,
  tokenizer?: Tokenizer,
): string {
  const place = draws > 1 ? { row, draw } : { row };
  if (result.status !== "ok") {
    const { status: code, message, errorIndex } = result;
    const error = { code, message, ...(errorIndex >= 0 && { index: errorIndex }) };
    return `${JSON.stringify({ ...place, error })}\n`;
  }
  const { tokenId, logprob, rank, keptCount, topCount, topTokenIds, topLogprobs, namedLogprobs } = result;
  const { maskCount, maskTokenIds, maskLogprob } = result;
  const top = Array.from({ length: topCount }, (_, i) => ({ tokenId: topTokenIds[i]!, logprob: topLogprobs[i]! }));
  const named = logprobTokenIds.map((id, i) => ({ tokenId: id, logprob: namedLogprobs[i]! }));
  return `${JSON.stringify({
    ...place,
    tokenId,
    ...(tokenizer && tokenId < tokenizer.vocabSize && { text: tokenText(tokenizer.tokenBytes(tokenId)) }),
    logprob,
    rank,
    ...(keptCount >= 0 && { keptCount }),
    ...(logprobs > 0 && { topLogprobs: top }),
    ...(named.length > 0 && { namedLogprobs: named }),
    ...(maskCount !== 0 && {
      samplingMask: maskCount < 0 ? "all" : Array.from(maskTokenIds.subarray(0, maskCount)),
      samplingLogprob: maskLogprob,
    }),
  })}\n`;
}
