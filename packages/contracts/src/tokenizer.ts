/** What the engine needs of a tokenizer: ids out of text, and the raw bytes behind an id. */
export interface Tokenizer {
  readonly vocabSize: number;
  /** The id that ends a text, if the vocabulary has one. */
  readonly eosTokenId: number | undefined;
  /** Names of tokens that stand for no text of their own, end of text say, by id. Absent: there are none. */
  readonly specialTokens?: ReadonlyMap<number, string>;
  /** Ids of `text`. */
  encode(text: string, options?: EncodeOptions): number[];
  /** UTF-8 bytes of one token; may be a part of a character, and none of a special token. The array must not be changed. */
  tokenBytes(tokenId: number): Uint8Array;
}

export interface EncodeOptions {
  /** Read the names of special tokens as these tokens. Absent: false, they are ordinary text. */
  readonly special?: boolean;
  /** The text begins a prompt: what the model wants before it, a beginning-of-text token say, comes first. Absent: false. */
  readonly isPrompt?: boolean;
}
