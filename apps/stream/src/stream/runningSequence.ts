/** A sequence that is being generated, as far as the outputs need it. */
import type { GoodItem } from "./requestItem.ts";

export interface RunningSequence {
  readonly item: GoodItem;
  /** Output so far: text, or token ids where the source has no tokenizer. */
  text: string;
  tokenCount: number;
  /** When it was opened, then when its last token came, by `performance.now`. */
  lastEventMs: number;
}
