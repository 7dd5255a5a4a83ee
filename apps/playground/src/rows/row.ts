/** Where a row of logits comes from, and the row itself. */

/** What a link can say about the row. `file`: dropped on the page, so a link cannot carry it. */
export type RowSpec =
  | { readonly kind: "article" }
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "prompt"; readonly prompt: string }
  | { readonly kind: "file"; readonly name: string };

/** A row that can be sampled. */
export interface Row {
  /** The text before it, if there is one. */
  readonly prompt?: string;
  /** Name of the model that it is of, if it is. */
  readonly model?: string | undefined;
  readonly logits: Float32Array;
  readonly tokenText: (tokenId: number) => string;
  /** Token ids of the prompt, which the penalties see. */
  readonly promptTokenIds: readonly number[];
}

/** Tokens that stand before the row, as the penalties see them. */
export interface Before {
  readonly history: readonly number[];
  readonly promptLength: number;
}
