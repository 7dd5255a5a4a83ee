/** Token counts of an answer. */
import type { Usage } from "@tokenmill/core";

export interface JsonUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export function jsonUsage({ promptTokens, completionTokens }: Usage): JsonUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
