/** A Lark grammar as its text has it: what names stand for is not known before the end. */
import type { Node } from "./nodes.ts";
import type { Repetition } from "./repetition.ts";

export type LarkNode =
  | { readonly kind: "leaf"; readonly node: Node }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "sequence" | "or"; readonly parts: readonly LarkNode[] }
  | { readonly kind: "repeat"; readonly part: LarkNode; readonly repetition: Repetition };

export interface LarkDefinition {
  readonly body: LarkNode;
  readonly at: number;
}
