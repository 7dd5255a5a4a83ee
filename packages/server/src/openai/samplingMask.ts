/** `sampling_mask` of a choice, as vLLM has it, and `sampling_logprobs` beside it: an entry a token, null for all tokens. */
import type { TokenEvent } from "@tokenmill/core";
import { type LazyArray, lazyMap } from "../answers/jsonPieces.ts";

interface JsonSamplingMask {
  readonly sampling_mask: LazyArray<readonly number[] | null>;
  readonly sampling_logprobs: LazyArray<number>;
}

export function jsonSamplingMask(events: Iterable<TokenEvent>): JsonSamplingMask {
  return {
    sampling_mask: lazyMap(events, ({ samplingMask = "all" }) => (samplingMask === "all" ? null : samplingMask)),
    sampling_logprobs: lazyMap(events, ({ samplingLogprob = Number.NaN }) => samplingLogprob),
  };
}
