/** The tokens of r50k (GPT-2's vocabulary) as bytes. A token's id is also its rank: the less it is, the earlier it is merged. */
import { readPacked } from "../packed/readPacked.ts";

/** The bytes of every token but end of text; index: id. */
export async function readVocabulary(): Promise<Uint8Array[]> {
  const packed = await readPacked("r50k.br");
  const tokens: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += 1 + packed[at]!)
    tokens.push(packed.subarray(at + 1, at + 1 + packed[at]!));
  return tokens;
}
