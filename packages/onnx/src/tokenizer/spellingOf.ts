/** How the tokens of a `tokenizer.json` are spelled, by its decoder. */
import type { Spelling } from "@tokenmill/contracts/runtimes";

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
