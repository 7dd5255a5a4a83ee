import type { FinishReason } from "@tokenmill/core";

/** A whole output with what it is worth. */
export interface Completion {
  /** Output token ids, a stop token that ended them included. */
  tokenIds: number[];
  /** Their text, without what ended them; empty if the source has no tokenizer. */
  text: string;
  finishReason: FinishReason;
  /** The stop string, stop token id or pattern of `stopRegex` that matched, with `finishReason: "stop"`. */
  stopReason?: string | number;
  /** What a pattern of `stopRegex` matched. */
  stopText?: string;
  /** Larger is better; what it is stands at the method that made it. */
  score: number;
}
