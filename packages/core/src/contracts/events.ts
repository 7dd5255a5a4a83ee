/**
 * Requests and token events: the same names in the library, in NDJSON and in msgpackr frames.
 */
import type { SamplingParams } from "../params/samplingParams.ts";

/** Why a sequence ended. `stop`: end of text, stop id or stop string; `length`: `maxTokens`. */
export type FinishReason = "stop" | "length";

/** One sequence to generate: its prompt and, flat beside it, every sampling parameter. */
export interface GenerateRequest extends SamplingParams {
  /** Text, or token ids. Absent or empty: generation starts from nothing. */
  prompt?: string | readonly number[];
  /** Read the names of special tokens in a prompt that is text (`<|endoftext|>`) as these tokens. Absent: true. */
  parseSpecial?: boolean;
  /**
   * 64-bit id of the sequence, and of its random stream. Absent: the sequence is numbered in order of arrival, and draws from
   * the stream of its number, or, if the request has a `seed`, from stream 0: equal requests with a seed draw equally.
   */
  sequenceId?: number | bigint;
  /**
   * Draw as the sequence of that id would: its random stream, and its rows where the source makes them inside the
   * workers. Sequences that are open at the same time may share one. Absent: its own id, or 0 (see `sequenceId`).
   */
  randomStreamId?: number | bigint;
  /** Largest number of tokens to generate, 1 … 2^24. Absent: 256. */
  maxTokens?: number;
  /** Text that ends the sequence when it appears; it is not part of the output. Absent: none. */
  stop?: string | readonly string[];
  /** Go on after end of text. Absent: false. */
  ignoreEos?: boolean;
  /**
   * Score the prompt before the first token: each token's raw log-probability and those of the N most probable in its
   * place. Token i is scored by the row that a request with the first i tokens would begin with. Absent: not scored.
   */
  promptLogprobs?: number;
  /** The output is JSON that this schema (an object, a boolean, or JSON text) accepts; needs an engine with `grammar`. */
  jsonSchema?: unknown;
  /** The output is text of this grammar: EBNF from its rule `root`, or Lark from `start`; needs an engine with `grammar`. */
  grammar?: string;
  /** The output is text that `^(?:regex)$` matches with the flag `u`; needs an engine with `grammar`. */
  regex?: string;
  /** The output is one of these texts; needs an engine with `grammar`. */
  choice?: readonly string[];
  /**
   * The output is free text with structural tags in it, in one of XGrammar's two forms (an object, or JSON text of one); needs
   * an engine with `grammar`.
   */
  structuralTag?: unknown;
}

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
  /** Text that became certain with this token: whole characters only, held-back stop-string prefixes excluded. */
  text: string;
  /** Natural log of the token's probability, if `logprobs` was asked for. */
  logprob?: number;
  /** 1-based rank of the token among all by logit, if `logprobs` was asked for. */
  rank?: number;
  /** The most probable tokens, best first, if `logprobs` > 0. */
  topLogprobs?: TokenLogprob[];
  /** On the first event only, if `promptLogprobs` was asked for: one for each token of the prompt, null for the first. */
  promptLogprobs?: (PromptTokenLogprob | null)[];
  /** On the last event only. */
  finishReason?: FinishReason;
  /** The stop string or stop token id that matched, with `finishReason: "stop"`. */
  stopReason?: string | number;
  /** On the last event only. */
  usage?: Usage;
}

/** The last event of a sequence that failed, on the wire; in the library the stream errors instead. */
export interface SequenceErrorEvent {
  sequenceId: number | bigint;
  finishReason: "error";
  error: { code: string; message: string; details?: Record<string, unknown> };
}
