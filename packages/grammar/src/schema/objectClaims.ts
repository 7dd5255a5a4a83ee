/** What can be said of an object, so that its complement can be said too. */
import type { Formula } from "./formula.ts";
import type { KeySet } from "./keySets.ts";

export type ObjectClaim =
  /** Names that have a place in the order; always true. */
  | { readonly is: "declared"; readonly names: readonly string[] }
  | { readonly is: "present" | "absent"; readonly name: string }
  /** The value of the property, if there is one, satisfies the formula. */
  | { readonly is: "property"; readonly name: string; readonly value: Formula }
  /** The values of all properties, or of some property, with such a name satisfy it. */
  | { readonly is: "each" | "some"; readonly keys: KeySet; readonly value: Formula }
  | { readonly is: "count"; readonly min: number; readonly max: number };

/** Tells claims apart. */
export function objectClaimKeys(): (claim: ObjectClaim) => string {
  const keySets = new Map<KeySet, number>();
  return (claim) => {
    switch (claim.is) {
      case "declared":
        return `declared ${JSON.stringify(claim.names)}`;
      case "present":
      case "absent":
        return `${claim.is} ${claim.name}`;
      case "property":
        return `property ${claim.value.id} ${claim.name}`;
      case "count":
        return `count ${claim.min} ${claim.max}`;
      case "each":
      case "some": {
        const number = keySets.get(claim.keys) ?? keySets.size;
        keySets.set(claim.keys, number);
        return `${claim.is} ${number} ${claim.value.id}`;
      }
      default:
        return claim satisfies never;
    }
  };
}
