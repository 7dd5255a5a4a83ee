/** Bytes that the texts of an expression may begin with, as far as its form shows. */
import { bitsOfRanges } from "./byteSets.ts";
import { flags, kinds } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";

const none = new Uint32Array(8);
const all: Uint32Array = new Uint32Array(8).fill(0xffffffff);
const commaOnly: Uint32Array = bitsOfRanges([[0x2c, 0x2c]]);

/** u32[8], a bit for each. */
export function firstBytes(nodes: Nodes, expr: number): Uint32Array {
  const a = nodes.a(expr);
  const b = nodes.b(expr);
  const beside = (other: () => Uint32Array): Uint32Array =>
    nodes.has(a, flags.nullable) ? unite(firstBytes(nodes, a), other()) : firstBytes(nodes, a);
  switch (nodes.kind(expr)) {
    case kinds.none:
    case kinds.empty:
      return none;
    case kinds.bytes:
      return nodes.sets.bits(a);
    case kinds.concat:
      return beside(() => firstBytes(nodes, b));
    case kinds.begun: {
      const tail = nodes.b(nodes.c(expr));
      return beside(() =>
        nodes.has(tail, flags.nullable) ? unite(firstBytes(nodes, tail), commaOnly) : firstBytes(nodes, tail),
      );
    }
    case kinds.or:
      return unite(firstBytes(nodes, a), firstBytes(nodes, b));
    case kinds.and: {
      const second = firstBytes(nodes, b);
      return firstBytes(nodes, a).map((word, i) => word & second[i]!);
    }
    case kinds.not:
    case kinds.multiple:
      return all;
    case kinds.repeat:
    case kinds.distinct:
      return firstBytes(nodes, a);
  }
}

function unite(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((word, i) => word | b[i]!);
}
