/**
 * A row by its largest logits, and what all others weigh together: what a runtime can send instead of `vocabSize` numbers. A cut
 * that provably keeps listed tokens only gives what the whole row gives; anything else fails the row with `row_too_sparse`.
 */
export interface SparseRow {
  /** Distinct ids in [0, vocabSize), in any order. */
  readonly tokenIds: ArrayLike<number>;
  /** Their logits, as f32. No token that is not listed has a larger one than the smallest of them; among equals it comes after. */
  readonly logits: ArrayLike<number>;
  /** ln Σ e^x of the logits that are not listed; −Infinity: no other token can be drawn. */
  readonly restLogSumExp: number;
  /** Refused unless it is the reader's: a check against mixed-up models. */
  readonly vocabSize?: number;
}
