/**
 * Items that differ from each other, with ", " between them. What the items before were is part of the expression, so that
 * residuals are as many as there are texts of items: for lists inside of what is one lexeme, where nothing else tells them.
 *
 * What was read of an item is kept backwards. Walks over a vocabulary forget it (see `Forgetting`): then it ends with `all`, as long
 * as a token may hold the whole item once more behind it, and is `none` from there on.
 */
import type { Algebra } from "./algebra.ts";
import { endless, flags, kinds } from "./kinds.ts";

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

/** With one more byte. */
export function readOn(algebra: Algebra, read: number, byte: number): number {
  const more = algebra.concat2(algebra.byte(byte), read);
  const isForgotten = isForgetful(algebra, read) && !algebra.mayRepeat(bytesOf(algebra, more));
  return isForgotten ? algebra.none : more;
}

/** What follows the comma after the item. @param expr of kind `begun` */
export function afterComma(algebra: Algebra, expr: number): number {
  const { nodes, none } = algebra;
  const [read, list] = [nodes.b(expr), nodes.c(expr)];
  const [item, min, max] = [nodes.a(list), nodes.b(list), nodes.c(list)];
  const others = read === none ? item : algebra.and2(item, algebra.not(textOf(algebra, read)));
  const next = distinct(algebra, others, Math.max(1, min - 1), max === endless ? endless : max - 1);
  return algebra.concat2(algebra.byte(blank), isForgetful(algebra, read) ? forgetful(algebra, next, others) : next);
}

/** The items of a list with at least one. @param first what the first of them is */
export function forgetful(algebra: Algebra, list: number, first: number): number {
  return algebra.nodes.kind(list) === kinds.distinct ? begun(algebra, first, algebra.all, list) : list;
}

/** What a walk keeps of what was read. */
export function remembered(algebra: Algebra, read: number): number {
  if (isForgetful(algebra, read)) return read;
  const bytes = bytesOf(algebra, read);
  if (!algebra.mayRepeat(bytes)) return algebra.none;
  return bytes.reduce((more, byte) => algebra.concat2(algebra.byte(byte), more), algebra.all);
}

function isForgetful(algebra: Algebra, read: number): boolean {
  return read === algebra.none || algebra.nodes.has(read, flags.boolean);
}

function bytesOf(algebra: Algebra, read: number): number[] {
  const bytes: number[] = [];
  for (let rest = read; rest !== algebra.empty && rest !== algebra.all; rest = algebra.afterFirst(rest)) {
    bytes.push(algebra.onlyByte(rest));
  }
  return bytes.reverse();
}

function textOf(algebra: Algebra, read: number): number {
  return bytesOf(algebra, read).reduceRight((text, byte) => algebra.concat2(algebra.byte(byte), text), algebra.empty);
}
