/** Elements of a model's rows behind its tokenizer's vocabulary. */
import { listedIn } from "@tokenmill/core/internal";

/** Makes them impossible in a whole row. A sparse row must not list them: the error that says so. */
export function blankPadding(row: Float32Array, vocabSize: number): Error | undefined {
  if (row.length <= vocabSize) return undefined;
  const listed = listedIn(row);
  if (!listed) {
    row.fill(-Infinity, vocabSize);
    return undefined;
  }
  const tokenId = listed.tokenIds.find((id) => id >= vocabSize);
  if (tokenId === undefined) return undefined;
  return new RangeError(`the sparse row lists token ${tokenId}, the tokenizer has ${vocabSize}`);
}
