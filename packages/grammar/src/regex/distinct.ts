/**
 * Items that differ from each other, with ", " between them. What the items before were is part of the expression, so that
 * residuals are as many as there are texts of items: for lists inside of what is one lexeme, where nothing else tells them.
 */
import type { Algebra } from "./algebra.ts";
import { endless, kinds } from "./kinds.ts";

const blank = 0x20;

/** @param item without the empty text @param max `endless` for no end */
export function distinct(algebra: Algebra, item: number, min: number, max: number): number {
  if (max === 0) return min === 0 ? algebra.empty : algebra.none;
  if (item === algebra.none) return min === 0 ? algebra.empty : algebra.none;
  if (max === 1) return min === 0 ? algebra.or2(algebra.empty, item) : item;
  return algebra.nodes.add(kinds.distinct, item, min, max);
}

/**
 * An item that has begun, and those that follow it.
 * @param rest what is left of the item @param read what was read of it, backwards @param list the items from it on
 */
export function begun(algebra: Algebra, rest: number, read: number, list: number): number {
  return rest === algebra.none ? rest : algebra.nodes.add(kinds.begun, rest, read, list);
}

/** What follows the comma after the item. @param expr of kind `begun` */
export function afterComma(algebra: Algebra, expr: number): number {
  const { nodes } = algebra;
  const list = nodes.c(expr);
  const [item, min, max] = [nodes.a(list), nodes.b(list), nodes.c(list)];
  const others = algebra.and2(item, algebra.not(forwards(algebra, nodes.b(expr))));
  const next = distinct(algebra, others, Math.max(1, min - 1), max === endless ? endless : max - 1);
  return algebra.concat2(algebra.byte(blank), next);
}

/** The text whose bytes stand the other way round in `read`. */
function forwards(algebra: Algebra, read: number): number {
  const { nodes } = algebra;
  let text = algebra.empty;
  let rest = read;
  for (; nodes.kind(rest) === kinds.concat; rest = nodes.b(rest)) text = algebra.concat2(nodes.a(rest), text);
  return algebra.concat2(rest, text);
}
