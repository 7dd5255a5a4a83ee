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
  for (let place = 0; place < found.length; place++) {
    const node = found[place]!;
    const kind = nodes.kind(node);
    const [a, b] = [nodes.a(node), nodes.b(node)];
    const at = place * 4;
    words[at] = kind;
    words[at + 3] = nodes.c(node);
    if (kind === kinds.bytes) {
      let set = sets.get(a);
      if (set === undefined) sets.set(a, (set = sets.size));
      words[at + 1] = set;
    } else words[at + 1] = hasOne(kind) || hasTwo(kind) ? places[a]! - 1 : a;
    words[at + 2] = hasTwo(kind) ? places[b]! - 1 : b;
  }
  const rootPlaces = roots.map((root) => places[root]! - 1);
  for (const node of found) places[node] = 0;
  const bits = new Uint32Array(sets.size * 8);
  for (const [set, index] of sets) bits.set(nodes.sets.bits(set), index * 8);
  return { nodes: words, sets: bits, moduli: [...nodes.moduli], places: rootPlaces };
}

/** Parts of a store are older than what they are part of: in rising order they stand before it. */
function reachedFrom(nodes: Nodes, roots: readonly number[], places: Int32Array): Int32Array {
  const found: number[] = [];
  const add = (node: number): void => {
    if (places[node] !== 0) return;
    places[node] = 1;
    found.push(node);
  };
  for (const root of roots) add(root);
  // the list grows while it is walked
  for (let i = 0; i < found.length; i++) {
    const node = found[i]!;
    const kind = nodes.kind(node);
    if (hasOne(kind) || hasTwo(kind)) add(nodes.a(node));
    if (hasTwo(kind)) add(nodes.b(node));
  }
  const sorted = new Int32Array(found).sort();
  for (let place = 0; place < sorted.length; place++) places[sorted[place]!] = place + 1;
  return sorted;
}

function hasOne(kind: number): boolean {
  return kind === kinds.not || kind === kinds.repeat;
}

function hasTwo(kind: number): boolean {
  return kind === kinds.concat || kind === kinds.or || kind === kinds.and;
}
