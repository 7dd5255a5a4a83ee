/** The bytes behind the tokens of a vocabulary, by the way that its file spells them. */

/** Each byte as a character (GPT-2), or text with ▁ for spaces and `<0x0A>` for bytes (SentencePiece). */
export type Spelling = "byteLevel" | "spaceMark";

/** GPT-2's characters: a printable byte stands for itself, the n-th other one for U+0100 + n. */
const byteOfCharacter: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(isPrintable(byte) ? byte : 256 + others++), byte]),
  );
})();

const encoder = new TextEncoder();
const byteToken = /^<0x([0-9A-F]{2})>$/;

/** What a token is, by its spelling in the vocabulary. */
export function bytesOfPiece(piece: string, spelling: Spelling): Uint8Array {
  if (spelling === "byteLevel") {
    const bytes = Array.from(piece, (character) => byteOfCharacter.get(character));
    return bytes.includes(undefined) ? encoder.encode(piece) : Uint8Array.from(bytes as number[]);
  }
  const byte = byteToken.exec(piece)?.[1];
  return byte === undefined ? encoder.encode(piece.replaceAll("▁", " ")) : Uint8Array.of(Number.parseInt(byte, 16));
}
