/** A prompt as token ids, within the context limit. */
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
