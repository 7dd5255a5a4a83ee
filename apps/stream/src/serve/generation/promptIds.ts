/** A prompt as token ids, within the context limit. */
import type { Tokenizer } from "@tokenmill/core";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { checkIds } from "./checkIds.ts";

/** @throws ApiError for text without a tokenizer, foreign ids, and more tokens than the context holds. */
export function promptIds(
  { source, options, model }: ServeContext,
  prompt: string | readonly number[],
  maxTokens: number,
): readonly number[] {
  let ids: readonly number[];
  if (typeof prompt === "string") {
    if (!source.tokenizer) {
      throw new ApiError(400, `"prompt" expected token ids, got text: ${model} has no tokenizer`, { param: "prompt" });
    }
    checkLength(prompt, source.tokenizer, options.limits.maxContextTokens);
    ids = source.tokenizer.encode(prompt);
  } else ids = checkIds("prompt", prompt, source.vocabSize);
  const { maxContextTokens } = options.limits;
  if (ids.length + maxTokens <= maxContextTokens) return ids;
  const wanted = `${ids.length + maxTokens} were asked for (${ids.length} in the prompt, ${maxTokens} for the output)`;
  throw new ApiError(400, `the context holds ${maxContextTokens} tokens, and ${wanted}`, {
    param: "prompt",
    code: "context_length_exceeded",
  });
}

/**
 * Refuses a text that is far too long by its beginning: a megabyte takes the event loop 0.1 s and more to encode. Where
 * the text is cut its tokens may be others, so the beginning has to come to a quarter more than the context.
 */
function checkLength(text: string, tokenizer: Tokenizer, maxContextTokens: number): void {
  const length = 8 * maxContextTokens;
  if (text.length <= length) return;
  const count = tokenizer.encode(text.slice(0, length)).length;
  if (count <= 1.25 * maxContextTokens) return;
  const message = `the context holds ${maxContextTokens} tokens, and the prompt's first ${length} characters alone come to ${count}`;
  throw new ApiError(400, message, { param: "prompt", code: "context_length_exceeded" });
}
