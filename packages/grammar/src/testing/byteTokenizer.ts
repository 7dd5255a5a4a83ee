/** A small vocabulary: every byte, some longer pieces of JSON, an empty token, and end of text as the last id. */
import type { Tokenizer } from "@tokenmill/contracts";

const pieces: readonly string[] = ['{"', '": ', '", "', "true", "false", "null", "12", "ab", '"}', "é", ""];
const bytes: readonly Uint8Array[] = [
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ...pieces.map((piece) => new TextEncoder().encode(piece)),
  new Uint8Array(0),
];

export const byteTokenizer: Tokenizer = {
  vocabSize: bytes.length,
  eosTokenId: bytes.length - 1,
  encode: (text) => [...new TextEncoder().encode(text)],
  tokenBytes: (tokenId) => bytes[tokenId]!,
};
