/** Expressions out of one store and into another. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { half } from "../regex/algebra.ts";
import { kinds, type Nodes } from "../regex/nodes.ts";

export interface PackedExpressions {
  readonly nodes: Int32Array;
  readonly sets: Uint32Array;
  readonly moduli: readonly number[];
}

/** The expressions and all their parts; `places` says where each of the given ones is. */
export function packExpressions(
  { nodes }: Expressions,
  roots: readonly Expr[],
): PackedExpressions & { places: number[] } {
  const places = new Map<number, number>();
  const sets = new Map<number, number>();
  const words: number[] = [];
  const place = (root: number): number => {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const parts = places.has(node) ? [] : partsOf(nodes, node).filter((part) => !places.has(part));
      if (parts.length > 0) {
        stack.push(...parts);
        continue;
      }
      stack.pop();
      if (places.has(node)) continue;
      places.set(node, words.length / 4);
      const [kind, a, b, c] = [nodes.kind(node), nodes.a(node), nodes.b(node), nodes.c(node)];
      if (kind === kinds.bytes) {
        if (!sets.has(a)) sets.set(a, sets.size);
        words.push(kind, sets.get(a)!, 0, 0);
      } else {
        const [first, second] = partsOf(nodes, node).map((part) => places.get(part)!);
        words.push(kind, first ?? a, second ?? b, c);
      }
    }
    return places.get(root)!;
  };
  const found = roots.map(place);
  const bits = new Uint32Array(sets.size * 8);
  for (const [set, index] of sets) bits.set(nodes.sets.bits(set), index * 8);
  return { nodes: Int32Array.from(words), sets: bits, moduli: [...nodes.moduli], places: found };
}

/** By place in the packed ones: the expression here. @param roots places that are asked for */
export function unpackExpressions(
  { algebra }: Expressions,
  { nodes, sets, moduli }: PackedExpressions,
  roots: Iterable<number>,
): Int32Array {
  const count = nodes.length / 4;
  const exprs = new Int32Array(count);
  const kind = (place: number): number => nodes[place * 4]!;
  const [a, b, c] = [1, 2, 3].map(
    (field) =>
      (place: number): number =>
        nodes[place * 4 + field]!,
  );
  const isChain = (place: number): boolean => kind(place) === kinds.or || kind(place) === kinds.and;
  /** Alternatives are built as a whole; the rests inside them only where something else names them. */
  const isNamed = new Uint8Array(count);
  for (const root of roots) isNamed[root] = 1;
  for (let place = 0; place < count; place++) {
    if (kind(place) === kinds.bytes || kind(place) === kinds.multiple) continue;
    isNamed[a!(place)] = 1;
    if (kind(place) === kinds.concat || (isChain(place) && kind(b!(place)) !== kind(place))) isNamed[b!(place)] = 1;
  }
  for (let place = 0; place < count; place++) if (isNamed[place]) exprs[place] = build(place);
  return exprs;

  function build(place: number): number {
    const first = exprs[a!(place)]!;
    switch (kind(place)) {
      case kinds.none:
        return algebra.none;
      case kinds.empty:
        return algebra.empty;
      case kinds.bytes:
        return algebra.bytesOf(sets.slice(a!(place) * 8, a!(place) * 8 + 8));
      case kinds.concat:
        return algebra.concat2(first, exprs[b!(place)]!);
      case kinds.or:
        return algebra.or(chain(place));
      case kinds.and:
        return algebra.and(chain(place));
      case kinds.not:
        return algebra.not(first);
      case kinds.repeat:
        return algebra.repeatOf(first, b!(place), c!(place));
      case kinds.multiple:
        return algebra.multiple(moduli[a!(place)]!, b!(place) + c!(place) * half);
      default:
        throw new RangeError(`image expected known kinds of expressions, got ${kind(place)}`);
    }
  }

  function chain(place: number): number[] {
    const parts: number[] = [];
    let rest = place;
    for (; kind(rest) === kind(place); rest = b!(rest)) parts.push(exprs[a!(rest)]!);
    parts.push(exprs[rest]!);
    return parts;
  }
}

function partsOf(nodes: Nodes, node: number): number[] {
  const kind = nodes.kind(node);
  if (kind === kinds.not || kind === kinds.repeat) return [nodes.a(node)];
  const hasTwo = kind === kinds.concat || kind === kinds.or || kind === kinds.and;
  return hasTwo ? [nodes.a(node), nodes.b(node)] : [];
}
