/** Log-probabilities of a result as events have them: a token each, with its text where there is a tokenizer. */
import type { SampleResult, TokenLogprob } from "@tokenmill/core";
import type { TokenTexts } from "../text/tokenTexts.ts";

/** The most probable tokens of a row, best first; undefined if none were asked for. */
export function topLogprobsOf(
  { topCount, topTokenIds, topLogprobs }: Readonly<SampleResult>,
  texts: TokenTexts | undefined,
): TokenLogprob[] | undefined {
  if (topCount === 0) return undefined;
  return Array.from({ length: topCount }, (_, i) => entryOf(topTokenIds[i]!, topLogprobs[i]!, texts));
}

/** The tokens that `logprobTokenIds` names, in its order; undefined if it names none. */
export function namedLogprobsOf(
  { namedCount, namedLogprobs }: Readonly<SampleResult>,
  tokenIds: readonly number[] | undefined,
  texts: TokenTexts | undefined,
): TokenLogprob[] | undefined {
  if (namedCount === 0) return undefined;
  return tokenIds!.map((tokenId, i) => entryOf(tokenId, namedLogprobs[i]!, texts));
}

function entryOf(tokenId: number, logprob: number, texts: TokenTexts | undefined): TokenLogprob {
  return texts ? { tokenId, logprob, text: texts.alone(tokenId) } : { tokenId, logprob };
}
