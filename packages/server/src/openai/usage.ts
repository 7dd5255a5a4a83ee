/** Token counts of an answer. */
import type { Usage } from "@tokenmill/core";
import type { ChoiceState } from "./job.ts";
import type { StreamUsage } from "../bodies/streamOptions.ts";

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

/** The end of a chunk of a choice, of whose output that many tokens are out. */
export function chunkTail({ atEnd, inEach }: StreamUsage): (choice: ChoiceState, completionTokens: number) => string {
  if (!inEach) {
    const tail = atEnd ? '],"usage":null}' : "]}";
    return () => tail;
  }
  return ({ promptTokens }, completionTokens) =>
    `],"usage":${JSON.stringify(jsonUsage({ promptTokens, completionTokens }))}}`;
}
