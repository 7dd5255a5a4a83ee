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
  /**
   * Digits and points, whose digits (leading zeros and all, points left out) are a number n with `remainder` · 10^k + n a
   * multiple of `modulus`, k being how many digits there are; the empty text is n = 0. A derivative by a digit is one of
   * these again: multiples of a number cost no states before they are reached. `modulus` is at most 2^40.
   */
  | { readonly kind: "multiple"; readonly modulus: number; readonly remainder: number }
  /** `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly part: TextRegex; readonly min: number; readonly max: number };

/**
 * How text is written as bytes. `utf8`: as it is. `json`: as the inside of a JSON string (RFC 8259 §7), each character in
 * one spelling: raw, or the short escape, or \u00XX for other controls. `jsonAny`: in every spelling, surrogate pairs too.
 */
export type Spelling = "utf8" | "json" | "jsonAny";
