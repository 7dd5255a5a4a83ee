/** What keywords say of values of one type. */
import type { Decimal } from "../json/decimal.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { Formula } from "./formula.ts";
import type { KeySet } from "./keySets.ts";

/** Where a leaf stands, for refusals. */
export interface Origin {
  readonly keyword: string;
  readonly pointer: string;
}

export type NumberLeaf =
  | { readonly type: "number"; readonly is: "whole" }
  | { readonly type: "number"; readonly is: "equal"; readonly values: readonly Decimal[] }
  | {
      readonly type: "number";
      readonly is: "atLeast" | "atMost";
      readonly bound: Decimal;
      readonly isExclusive: boolean;
    }
  | { readonly type: "number"; readonly is: "multiple"; readonly divisor: Decimal; readonly origin: Origin };

export type ArrayLeaf =
  /** If there is an item at the index, it satisfies the formula. */
  | { readonly type: "array"; readonly is: "item"; readonly index: number; readonly value: Formula }
  /** So do all items from the index on. */
  | { readonly type: "array"; readonly is: "rest"; readonly from: number; readonly value: Formula }
  | { readonly type: "array"; readonly is: "count"; readonly min: number; readonly max: number }
  /** So many items satisfy the formula. */
  | {
      readonly type: "array";
      readonly is: "contains";
      readonly value: Formula;
      readonly min: number;
      readonly max: number;
    }
  | { readonly type: "array"; readonly is: "unique"; readonly origin: Origin };

export type ObjectLeaf =
  /** Names with a place in the order; true of every object. */
  | { readonly type: "object"; readonly is: "declared"; readonly names: readonly string[] }
  | { readonly type: "object"; readonly is: "present" | "absent"; readonly name: string }
  /** If there is a property of the name, its value satisfies the formula. */
  | { readonly type: "object"; readonly is: "property"; readonly name: string; readonly value: Formula }
  /** So do the values of all properties with names of the set. */
  | { readonly type: "object"; readonly is: "each"; readonly keys: KeySet; readonly value: Formula }
  /** So do all names, as strings. */
  | { readonly type: "object"; readonly is: "names"; readonly value: Formula }
  | { readonly type: "object"; readonly is: "count"; readonly min: number; readonly max: number };

export type Leaf =
  | { readonly type: "boolean"; readonly value: boolean }
  /** `origin`: of partial texts. */
  | { readonly type: "string"; readonly texts: TextRegex; readonly origin?: Origin }
  | NumberLeaf
  | ArrayLeaf
  | ObjectLeaf;
