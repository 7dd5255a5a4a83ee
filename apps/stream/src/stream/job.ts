/** What a run has to do: requests, and what they have in common. */
import type { GenerateRequest, LogitsSource } from "@tokenmill/core";
import { defaultJob } from "./defaultJob.ts";
import type { Inputs } from "./inputs.ts";
import { fromPrompts, type RequestDefaults } from "./requestItems.ts";
import type { StreamFlags } from "./streamFlags.ts";

export interface Job {
  readonly inputs: Inputs;
  readonly defaults: RequestDefaults;
  /** Sequences for each request. */
  readonly count: number;
  /** How many of them the text format shows. */
  readonly show: number;
}

/** What the flags ask for; without inputs the default job with the flags on top. */
export function jobOf(
  flags: StreamFlags,
  inputs: Inputs | undefined,
  params: RequestDefaults,
  source: LogitsSource,
): Job {
  const { maxTokens, stop, stopRegex, ignoreEos, repetitionDetection, promptLogprobs, count, show } = flags;
  const { thinkingTokenBudget, thinking, forcedTokenIds, forcedEosTokenId, phases } = flags;
  const { bannedStrings, bannedRegex, bannedRegexIgnoreCase, bannedN, rewindCountMax } = flags;
  const given: RequestDefaults = {
    ...params,
    ...(maxTokens !== undefined && { maxTokens }),
    ...(stop && { stop }),
    ...(stopRegex && { stopRegex }),
    ...(ignoreEos && { ignoreEos }),
    ...(repetitionDetection && { repetitionDetection }),
    ...(thinkingTokenBudget !== undefined && { thinkingTokenBudget }),
    ...(thinking && { thinking }),
    ...(forcedTokenIds && { forcedTokenIds }),
    ...(forcedEosTokenId !== undefined && { forcedEosTokenId }),
    ...(phases && { phases }),
    ...(bannedStrings && { bannedStrings }),
    ...(bannedRegex && { bannedRegex }),
    ...(bannedRegexIgnoreCase && { bannedRegexIgnoreCase }),
    ...(bannedN !== undefined && { bannedN }),
    ...(rewindCountMax !== undefined && { rewindCountMax }),
    ...(promptLogprobs !== undefined && { promptLogprobs }),
  };
  if (inputs) return { inputs, defaults: given, count: count ?? 1, show: show ?? Number.POSITIVE_INFINITY };
  return {
    inputs: source.tokenizer ? fromPrompts(defaultJob.prompts) : fromNothing(defaultJob.prompts.length),
    defaults: { ...defaultJob.request, ...given },
    count: count ?? defaultJob.count,
    show: show ?? 1,
  };
}

/** Requests without a prompt, for sources that cannot read one. */
function fromNothing(requests: number): Inputs {
  return Array.from({ length: requests }, () => ({ read: (): GenerateRequest => ({}) }));
}
