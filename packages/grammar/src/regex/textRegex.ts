/**
 * Regular expressions over text, closed under intersection and complement: plain immutable data over Unicode scalar values.
 * A directed graph without cycles: parts may be shared, and are compiled once.
 */
import type { CodeRange } from "./characterSet.ts";

export type TextRegex =
  /** No text. */
  | { readonly kind: "none" }
  /** One character of these; ranges in order and apart, without surrogates. */
  | { readonly kind: "class"; readonly ranges: readonly CodeRange[] }
  /** One after the other; without parts the empty text. */
  | { readonly kind: "concat"; readonly parts: readonly TextRegex[] }
  | { readonly kind: "or"; readonly parts: readonly TextRegex[] }
  | { readonly kind: "and"; readonly parts: readonly TextRegex[] }
  /** Every other text. */
  | { readonly kind: "not"; readonly part: TextRegex }
  /** `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly part: TextRegex; readonly min: number; readonly max: number };

/**
 * How text is written as bytes. `utf8`: as it is. `json`: as the inside of a JSON string (RFC 8259 §7), each character in
 * one spelling: raw, or the short escape, or \u00XX for other controls. `jsonAny`: in every spelling, surrogate pairs too.
 */
export type Spelling = "utf8" | "json" | "jsonAny";
