/** What the engine needs of a tokenizer: ids out of text, and the raw bytes behind an id. */
export interface Tokenizer {
  readonly vocabSize: number;
  /** The id that ends a text, if the vocabulary has one. */
  readonly eosTokenId: number | undefined;
  /** Ids of `text`; special tokens inside it are ordinary text. */
  encode(text: string): number[];
  /** UTF-8 bytes of one token; may be a part of a character. The array must not be changed. */
  tokenBytes(tokenId: number): Uint8Array;
  /** Tokens that no text spells, by how they are written in grammars and templates (`<|tool|>`). Absent: none has a name. */
  readonly specialTokens?: ReadonlyMap<string, number>;
}
