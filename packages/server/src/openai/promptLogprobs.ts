/** Scores of a prompt's tokens: vLLM's `prompt_logprobs`, and the tokens of OpenAI's `echo` with `logprobs`. */
import type { PromptTokenLogprob, TokenEvent, Tokenizer } from "@tokenmill/core";
import { type LazyArray, lazyMap } from "../answers/jsonPieces.ts";
import { jsonLogprob, tokenText } from "./tokenBytes.ts";

interface JsonPromptLogprob {
  readonly logprob: number;
  readonly rank: number;
  readonly decoded_token: string;
}

/** In vLLM's form: by token id the token itself and the `top` most probable ones, null for the first; empty if not asked for. */
export function jsonPromptLogprobs(
  first: TokenEvent | undefined,
  tokenizer: Tokenizer | undefined,
  top: number = Number.POSITIVE_INFINITY,
): { prompt_logprobs?: LazyArray<Record<string, JsonPromptLogprob> | null> } {
  const scores = first?.promptLogprobs;
  return scores ? { prompt_logprobs: lazyMap(scores, (score) => score && jsonScore(score, tokenizer, top)) } : {};
}

function jsonScore(
  { tokenId, logprob, rank, topLogprobs = [] }: PromptTokenLogprob,
  tokenizer: Tokenizer | undefined,
  top: number,
): Record<string, JsonPromptLogprob> {
  const best = topLogprobs.slice(0, top).map((entry, index) => ({ ...entry, rank: index + 1 }));
  const entries = [...best, { tokenId, logprob, rank }];
  return Object.fromEntries(
    entries.map((entry) => [
      entry.tokenId,
      {
        logprob: jsonLogprob(entry.logprob),
        rank: entry.rank,
        decoded_token: tokenText(tokenizer, entry.tokenId),
      },
    ]),
  );
}

/** Each token of the prompt with its score; the first has none. */
export function scoredPrompt(
  tokenIds: readonly number[],
  scores: readonly (PromptTokenLogprob | null)[] | undefined,
): Pick<TokenEvent, "tokenId" | "logprob" | "topLogprobs">[] {
  return tokenIds.map((tokenId, index) => ({ tokenId, ...scores?.[index] }));
}
