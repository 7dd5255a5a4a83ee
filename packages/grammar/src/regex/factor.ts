/** a x | a y = a (x | y) for sets of bytes a: lists of words become tries. */
import type { Algebra } from "./algebra.ts";
import { kinds } from "./kinds.ts";

/** Unites parts of an alternative that begin alike. */
export function factor(algebra: Algebra, flat: Set<number>): void {
  const { nodes } = algebra;
  const tails = new Map<number, number[]>();
  for (const part of flat) {
    const isConcat = nodes.kind(part) === kinds.concat;
    const head = isConcat ? nodes.a(part) : part;
    if (nodes.kind(head) !== kinds.bytes) continue;
    const tail = isConcat ? nodes.b(part) : algebra.empty;
    const list = tails.get(head);
    if (list) list.push(tail);
    else tails.set(head, [tail]);
  }
  for (const [head, list] of tails) {
    if (list.length < 2) continue;
    for (const tail of list) flat.delete(algebra.concat2(head, tail));
    flat.add(algebra.concat2(head, orBehindHeads(algebra, list)));
  }
}

/** Heads that all have in common are taken one after the other: they may be as many as a text has bytes. */
function orBehindHeads(algebra: Algebra, list: readonly number[]): number {
  const { nodes } = algebra;
  const heads: number[] = [];
  let tails = list;
  for (;;) {
    const [first] = tails as [number];
    const head = nodes.a(first);
    const isShared = tails.every((tail) => nodes.kind(tail) === kinds.concat && nodes.a(tail) === head);
    if (!isShared || nodes.kind(head) !== kinds.bytes) return algebra.concat([...heads, algebra.or(tails)]);
    heads.push(head);
    tails = tails.map((tail) => nodes.b(tail));
  }
}
