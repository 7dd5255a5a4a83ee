/** A token that is known before its row is there: a mask leaves only it, so that the kernels that score a draw score it. */
import type { RowDtype, SampleResult } from "@tokenmill/core";
import { listedIn, negativeInfinity } from "@tokenmill/core/internal";

/** The row, as the source wrote it: 16-bit patterns for f16 and bf16. */
export interface WrittenRow {
  readonly dtype: RowDtype;
  read(): Float32Array | Uint16Array;
}

export class KnownToken {
  /** It has probability 0: its row is drawn from without the mask, for the most probable ones. */
  #isImpossible = false;

  /** Writes that only the token may come. False, and nothing is written: all may. */
  fillMask(tokenId: number, mask: () => Int32Array): boolean {
    if (this.#isImpossible) return false;
    const words = mask();
    words.fill(0);
    words[tokenId >> 5] = 1 << (tokenId & 31);
    return true;
  }

  /** Makes the row's result that of the token. `again`: the row is to come once more. */
  take(tokenId: number, result: SampleResult, row: WrittenRow): "scored" | "again" | "failed" {
    if (result.status === "all_tokens_masked" && !this.#isImpossible) {
      this.#isImpossible = true;
      return "again";
    }
    if (result.status !== "ok") return "failed";
    if (this.#isImpossible) {
      result.tokenId = tokenId;
      result.logprob = -Infinity;
      if (result.maskCount !== 0) {
        result.maskCount = 1;
        result.maskTokenIds[0] = tokenId;
        result.maskLogprob = 0;
      }
      result.rank = impossibleRank(row.read(), negativeInfinity[row.dtype], tokenId);
    }
    this.#isImpossible = false;
    return "scored";
  }
}

/** All that are possible come first, then ties by lowest id. */
function impossibleRank(row: Float32Array | Uint16Array, impossible: number, tokenId: number): number {
  const listed = listedIn(row); // nothing else is possible, or the token would have been drawn
  let rank = 1 + tokenId;
  if (listed) {
    listed.tokenIds.forEach((id, i) => (rank += Number(id > tokenId && listed.logits[i] !== -Infinity)));
  } else for (let id = tokenId + 1; id < row.length; id++) if (row[id] !== impossible) rank++;
  return rank;
}
