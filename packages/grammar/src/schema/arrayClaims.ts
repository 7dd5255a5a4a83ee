/** What can be said of an array, so that its complement can be said too. */
import type { Formula } from "./formula.ts";
import type { Origin } from "./leaves.ts";

export type ArrayClaim =
  /** The item at the index, if there is one, satisfies the formula. */
  | { readonly is: "item"; readonly index: number; readonly value: Formula }
  /** All items, or some item, from the index on do. */
  | { readonly is: "rest" | "some"; readonly from: number; readonly value: Formula }
  | { readonly is: "count"; readonly min: number; readonly max: number }
  /** So many items do. */
  | { readonly is: "contains"; readonly value: Formula; readonly min: number; readonly max: number }
  /** No two items are equal, or some two are. */
  | { readonly is: "unique" | "repeated"; readonly origin: Origin };

export function arrayClaimKey(claim: ArrayClaim): string {
  switch (claim.is) {
    case "item":
      return `item ${claim.index} ${claim.value.id}`;
    case "rest":
    case "some":
      return `${claim.is} ${claim.from} ${claim.value.id}`;
    case "count":
      return `count ${claim.min} ${claim.max}`;
    case "contains":
      return `contains ${claim.value.id} ${claim.min} ${claim.max}`;
    case "unique":
    case "repeated":
      return `${claim.is} ${claim.origin.pointer}`;
    default:
      return claim satisfies never;
  }
}
