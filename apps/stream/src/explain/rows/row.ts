/** A row of logits with names: what `explain` walks through. */
export interface ExplainRow {
  /** The text before it, if there is one. */
  readonly prompt?: string;
  /** One logit per token. */
  readonly logits: ArrayLike<number>;
  /** Text of a token. */
  readonly tokenText: (tokenId: number) => string;
  /** Tokens before this one, which the penalties see; the first `promptLength` are the prompt. */
  readonly history: readonly number[];
  readonly promptLength: number;
  /** Tokens that the form of the output allows, a bit each. Absent: all. */
  readonly tokenMask?: Int32Array;
  /** Ends what `tokenText` asks. Absent: there is nothing to end. */
  close?(): Promise<void>;
}
