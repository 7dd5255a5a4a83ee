/** Expressions out of a store, as flat data. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { kinds, type Nodes } from "../regex/nodes.ts";

export interface PackedExpressions {
  /** Kind and three fields of each, as in `Nodes`; parts stand before what they are part of. */
  readonly nodes: Int32Array;
  readonly sets: Uint32Array;
  readonly moduli: readonly number[];
}

/** By node, while its expressions are packed: place + 1, and 0 otherwise. */
let scratch = new Int32Array(0);

/** The expressions and all their parts; `places` says where each of the given ones is. */
export function packExpressions(
  { nodes }: Expressions,
  roots: readonly Expr[],
): PackedExpressions & { places: number[] } {
  if (scratch.length < nodes.count) scratch = new Int32Array(Math.max(nodes.count, 2 * scratch.length));
  const places = scratch;
  const found = reachedFrom(nodes, roots, places);
  const words = new Int32Array(found.length * 4);
  const sets = new Map<number, number>();
  found.forEach((node, place) => {
    const kind = nodes.kind(node);
    let [a, b] = [nodes.a(node), nodes.b(node)];
    if (kind === kinds.bytes) {
      const set = sets.get(a) ?? sets.size;
      sets.set(a, set);
      a = set;
    } else if (hasOne(kind)) a = places[a]! - 1;
    else if (hasTwo(kind)) [a, b] = [places[a]! - 1, places[b]! - 1];
    words.set([kind, a, b, nodes.c(node)], place * 4);
  });
  const rootPlaces = roots.map((root) => places[root]! - 1);
  for (const node of found) places[node] = 0;
  const bits = new Uint32Array(sets.size * 8);
  for (const [set, index] of sets) bits.set(nodes.sets.bits(set), index * 8);
  return { nodes: words, sets: bits, moduli: [...nodes.moduli], places: rootPlaces };
}

/** Parts of a store are older than what they are part of: in rising order they stand before it. */
function reachedFrom(nodes: Nodes, roots: readonly number[], places: Int32Array): Int32Array {
  const found: number[] = [];
  const stack: number[] = [];
  const add = (node: number): void => {
    if (places[node] !== 0) return;
    places[node] = 1;
    found.push(node);
    stack.push(node);
  };
  for (const root of roots) add(root);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const kind = nodes.kind(node);
    if (hasOne(kind) || hasTwo(kind)) add(nodes.a(node));
    if (hasTwo(kind)) add(nodes.b(node));
  }
  const sorted = Int32Array.from(found).sort();
  sorted.forEach((node, place) => (places[node] = place + 1));
  return sorted;
}

function hasOne(kind: number): boolean {
  return kind === kinds.not || kind === kinds.repeat;
}

function hasTwo(kind: number): boolean {
  return kind === kinds.concat || kind === kinds.or || kind === kinds.and;
}
