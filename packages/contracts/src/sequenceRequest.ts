/** What is asked of one sequence: the same names in the library, in NDJSON and in msgpackr frames. */

/** When an output goes round in a loop. The same as vLLM's `repetition_detection`, except for blocks of smaller blocks. */
export interface RepetitionDetection {
  /** Most tokens of the block that comes again and again, 0 … 1024; 0 is off. */
  maxPatternSize: number;
  /** Fewest, 1 … `maxPatternSize`; a block that is itself a smaller one several times does not count. Absent: 1. */
  minPatternSize?: number;
  /** How often it stands at the end of the output, one after the other, ≥ 2. */
  minCount: number;
}

/** What begins and ends thinking: text, which may come in any tokens, the name of a special token, or token ids in a row. */
export interface ThinkingTags {
  /** Absent: `<think>`. */
  start?: string | readonly number[];
  /** Each of them ends it; 1 … 16. Absent: `</think>`. */
  ends?: readonly (string | readonly number[])[];
  /** What is forced where the budget is used up, a message and an end, say. Absent: the first of `ends`. */
  forcedEnd?: string | readonly number[];
  /** Whether the prompt leaves thinking open, or the output begins with it. Absent: by the tags in the prompt. */
  isOpen?: boolean;
}

/** One sequence to generate: everything but the parameters of its sampling, which stand flat beside it. */
export interface SequenceRequest {
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
  /**
   * Regular expressions (flag `u`) whose match ends the sequence where it is complete first, as `stop` does: the match is not
   * part of the output, and `^` is the output's beginning. Needs an engine with `grammar`. Absent: none.
   */
  stopRegex?: string | readonly string[];
  /** Go on after end of text. Absent: false. */
  ignoreEos?: boolean;
  /** End the sequence when its output goes round in a loop; not within `minTokens`. Absent: never. */
  repetitionDetection?: RepetitionDetection;
  /**
   * Texts that the output is not to hold, in any case: at most 1,024, together 16,384 UTF-16 units. Where one has come, the
   * tokens from the one with its first character on are taken back, that one is banned there, and they are drawn again; events
   * are late by what may still become such a text. Not looked for in the prompt. Absent: none.
   */
  bannedStrings?: readonly string[];
  /** Patterns of texts that the output is not to hold, at most 64 (flag `u`); needs an engine with `grammar`. */
  bannedRegex?: readonly string[];
  /** The same, in any case (flags `iu`). */
  bannedRegexIgnoreCase?: readonly string[];
  /** How many tokens of a banned text are banned where they stood, from 1 on, −1 for all. Absent: 1. */
  bannedN?: number;
  /**
   * How often in a row tokens are taken back before a banned text is let pass, 1 … 255; −1: twice the texts and patterns, 20 at
   * least. Absent: −1.
   */
  rewindCountMax?: number;
  /**
   * Most tokens of thinking, behind its start tag: then its end is forced, from where the output has begun it by itself; a new
   * start tag has the whole budget again. 0: it ends as it begins. −1 or absent: any number.
   */
  thinkingTokenBudget?: number;
  /** Which tags thinking has. An output that has a form follows it behind thinking, and does not end before. */
  thinking?: ThinkingTags;
  /** The first tokens of the output, whatever the rows say; at most `maxTokens`. */
  forcedTokenIds?: readonly number[];
  /** The token at the last place that `maxTokens` allows, whatever its row says. */
  forcedEosTokenId?: number;
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
