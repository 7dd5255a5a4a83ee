/** Token events: the same names in the library, in NDJSON and in msgpackr frames. */

/** Why a sequence ended. `stop`: end of text, stop id, stop string or `stopRegex`; `length`: `maxTokens`; `repetition`: `repetitionDetection`. */
export type FinishReason = "stop" | "length" | "repetition";

/** A token with its natural-log probability. */
export interface TokenLogprob {
  tokenId: number;
  logprob: number;
  text?: string;
}

/** How probable a token of the prompt was after those before it. */
export interface PromptTokenLogprob extends TokenLogprob {
  /** 1-based rank of the token among all by logit. */
  rank: number;
  /** The most probable tokens in its place, best first, if `promptLogprobs` > 0. */
  topLogprobs?: TokenLogprob[];
}

/** Token counts of a finished sequence. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
}

/** What one step of one sequence gave. */
export interface TokenEvent {
  /** The sequence's id, as given or assigned. A number where it is a safe integer. */
  sequenceId: number | bigint;
  /** 0-based position of this token in the output. */
  index: number;
  tokenId: number;
  /** Text that became certain with this token: whole characters only, without what is held back because a stop may begin with it. */
  text: string;
  /** Natural log of the token's probability, if `logprobs` was asked for. */
  logprob?: number;
  /** 1-based rank of the token among all by logit, if `logprobs` was asked for. */
  rank?: number;
  /** The most probable tokens, best first, if `logprobs` > 0. */
  topLogprobs?: TokenLogprob[];
  /** The tokens of `logprobTokenIds`, in its order; −Infinity for one that cannot be drawn, by `logprobsMode`. */
  namedLogprobs?: TokenLogprob[];
  /** With `samplingMask`: ids of the tokens that this one was drawn from, ascending, or all of the row. */
  samplingMask?: number[] | "all";
  /** With it: natural log of the token's probability among them. */
  samplingLogprob?: number;
  /** On the first event only, if `promptLogprobs` was asked for: one for each token of the prompt, null for the first. */
  promptLogprobs?: (PromptTokenLogprob | null)[];
  /** The banned text or pattern that ends with this token nevertheless: `rewindCountMax` was reached, or nothing else was possible. */
  passedBan?: string;
  /** On the last event only. */
  finishReason?: FinishReason;
  /** The stop string, stop token id or pattern of `stopRegex` that matched, with `finishReason: "stop"`. */
  stopReason?: string | number;
  /** What a pattern of `stopRegex` matched; it is not part of any text. */
  stopText?: string;
  /** On the last event only. */
  usage?: Usage;
}

/** The last event of a sequence that failed, on the wire; in the library the stream errors instead. */
export interface SequenceErrorEvent {
  sequenceId: number | bigint;
  finishReason: "error";
  error: { code: string; message: string; details?: Record<string, unknown> };
}
