/** A prompt as token ids, and the tokens of its output, within the context limit. */
import { checkText } from "@tokenmill/check";
import type { Tokenizer } from "@tokenmill/core";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { checkIds } from "./checkIds.ts";

export interface PromptOptions {
  /** Where the client has it; absent: `prompt`. */
  readonly param?: string;
  /** Of the output, as asked for. */
  readonly maxTokens: number | undefined;
  /** If none were asked for; fewer where the context leaves fewer. */
  readonly defaultMaxTokens: number;
  /** Whether names of special tokens in a text are read as these tokens. */
  readonly special: boolean;
}

export interface FittingPrompt {
  readonly ids: readonly number[];
  readonly maxTokens: number;
}

/** @throws ApiError for text without a tokenizer, foreign ids, and more tokens than the context holds. */
export function fitPrompt(
  context: ServeContext,
  prompt: string | readonly number[],
  { param = "prompt", maxTokens, defaultMaxTokens, special }: PromptOptions,
): FittingPrompt {
  const ids = idsOf(context, param, prompt, special);
  const { maxContextTokens } = context.options.limits;
  const left = maxContextTokens - ids.length;
  if (maxTokens !== undefined ? maxTokens <= left : left >= 1) {
    return { ids, maxTokens: maxTokens ?? Math.min(defaultMaxTokens, left) };
  }
  const wanted = ids.length + (maxTokens ?? 1);
  const output = maxTokens ?? "at least 1";
  const parts = `${wanted} were asked for (${ids.length} in the prompt, ${output} for the output)`;
  throw tooLong(param, `the context holds ${maxContextTokens} tokens, and ${parts}`);
}

function idsOf(
  { source, options, model }: ServeContext,
  param: string,
  prompt: string | readonly number[],
  special: boolean,
): readonly number[] {
  if (typeof prompt !== "string") return checkIds(param, prompt, source.vocabSize);
  const { tokenizer } = source;
  if (!tokenizer) {
    throw new ApiError(400, `"${param}" expected token ids, got text: ${model} has no tokenizer`, { param });
  }
  checkLength(param, prompt, special, tokenizer, options.limits.maxContextTokens);
  return tokenizer.encode(checkText(param, prompt), { special, isPrompt: true });
}

/**
 * Refuses a text that is far too long by its beginning: a megabyte takes the event loop 0.1 s and more to encode. Where
 * the text is cut its tokens may be others, so the beginning has to come to a quarter more than the context.
 */
function checkLength(
  param: string,
  text: string,
  special: boolean,
  tokenizer: Tokenizer,
  maxContextTokens: number,
): void {
  const length = 8 * maxContextTokens;
  if (text.length <= length) return;
  const count = tokenizer.encode(text.slice(0, length), { special }).length;
  if (count <= 1.25 * maxContextTokens) return;
  throw tooLong(
    param,
    `the context holds ${maxContextTokens} tokens, and the prompt's first ${length} characters alone come to ${count}`,
  );
}

function tooLong(param: string, message: string): ApiError {
  return new ApiError(400, message, { param, code: "context_length_exceeded" });
}
