/** The bytes behind the tokens of a `tokenizer.json`, by the way that its decoder spells them. */

export type Spelling = "byteLevel" | "spaceMark";

interface Decoder {
  readonly type?: string;
  readonly decoders?: readonly Decoder[];
}

/** @throws Error for spellings that do not lead to bytes, such as WordPiece's */
export function spellingOf(decoder: unknown): Spelling {
  const types = typesOf(decoder as Decoder | null | undefined);
  if (types.includes("ByteLevel")) return "byteLevel";
  if (types.includes("Metaspace") || types.includes("ByteFallback")) return "spaceMark";
  throw new Error(
    `tokenizer.json was expected to have a ByteLevel, Metaspace or ByteFallback decoder, got ${types.join(", ") || "none"}`,
  );
}

function typesOf(decoder: Decoder | null | undefined): string[] {
  if (!decoder) return [];
  return [...(decoder.type === undefined ? [] : [decoder.type]), ...(decoder.decoders ?? []).flatMap(typesOf)];
}

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

export function bytesOfPiece(piece: string, spelling: Spelling): Uint8Array {
  if (spelling === "byteLevel") {
    const bytes = Array.from(piece, (character) => byteOfCharacter.get(character));
    return bytes.includes(undefined) ? encoder.encode(piece) : Uint8Array.from(bytes as number[]);
  }
  const byte = byteToken.exec(piece)?.[1];
  return byte === undefined ? encoder.encode(piece.replaceAll("▁", " ")) : Uint8Array.of(Number.parseInt(byte, 16));
}
