/** Expressions out of a store, as flat data. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { kinds } from "../regex/kinds.ts";

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
): PackedExpressions & { places: ReadonlyMap<Expr, number> } {
  if (scratch.length < nodes.count) scratch = new Int32Array(Math.max(nodes.count, 2 * scratch.length));
  const places = scratch;
  const { data } = nodes;
  const found = reachedFrom(data, roots, places);
  const words = new Int32Array(found.length * 4);
  const sets = new Map<number, number>();
  for (let place = 0, at = 0; place < found.length; place++, at += 4) {
    const from = found[place]! * 4;
    const kind = data[from]!;
    const [a, b] = [data[from + 1]!, data[from + 2]!];
    words[at] = kind;
    words[at + 3] = data[from + 3]!;
    if (kind === kinds.bytes) {
      let set = sets.get(a);
      if (set === undefined) sets.set(a, (set = sets.size));
      words[at + 1] = set;
    } else words[at + 1] = parts[kind]! > 0 ? places[a]! - 1 : a;
    words[at + 2] = parts[kind]! > 1 ? places[b]! - 1 : b;
  }
  const rootPlaces = new Map<Expr, number>();
  for (const root of roots) rootPlaces.set(root, places[root]! - 1);
  for (let i = 0; i < found.length; i++) places[found[i]!] = 0;
  const bits = new Uint32Array(sets.size * 8);
  for (const [set, index] of sets) bits.set(nodes.sets.bits(set), index * 8);
  return { nodes: words, sets: bits, moduli: [...nodes.moduli], places: rootPlaces };
}

/** Parts of a store are older than what they are part of: in rising order they stand before it. */
function reachedFrom(data: Int32Array, roots: readonly number[], places: Int32Array): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < roots.length; i++) mark(roots[i]!, places, found);
  // the list grows while it is walked
  for (let i = 0; i < found.length; i++) {
    const at = found[i]! * 4;
    const count = parts[data[at]!]!;
    if (count > 0) mark(data[at + 1]!, places, found);
    if (count > 1) mark(data[at + 2]!, places, found);
  }
  const sorted = new Int32Array(found).sort();
  for (let place = 0; place < sorted.length; place++) places[sorted[place]!] = place + 1;
  return sorted;
}

function mark(node: number, places: Int32Array, found: number[]): void {
  if (places[node] !== 0) return;
  places[node] = 1;
  found.push(node);
}

/** By kind: how many of the fields a and b are expressions. */
const parts: Uint8Array = new Uint8Array(Object.keys(kinds).length);
for (const kind of [kinds.not, kinds.repeat]) parts[kind] = 1;
for (const kind of [kinds.concat, kinds.or, kinds.and, kinds.distinct]) parts[kind] = 2;
