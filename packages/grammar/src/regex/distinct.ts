/**
 * Items that differ from each other, each with what follows it, and ", " between them: lists of different items, and properties
 * of different names. What the items before were is part of the expression, so that residuals are as many as there are texts of
 * items: for lists inside of what is one lexeme, where nothing else tells them.
 *
 * What was read of an item is kept backwards. Walks over a vocabulary forget it (see `Forgetting`): then it ends with `all`, as
 * long as a token may hold the whole item once more behind it, and is `none` from there on.
 */
import type { Algebra } from "./algebra.ts";
import { equalTexts } from "./equalTexts.ts";
import { endless, flags, kinds, leastOf, mostOf, packCounts } from "./kinds.ts";

const comma = 0x2c;
const blank = 0x20;

export interface Items {
  /** Without the empty text. */
  readonly item: number;
  /** What follows each; the empty text for nothing. */
  readonly tail: number;
  readonly min: number;
  /** At most `mostItems`, or `endless`. */
  readonly max: number;
}

export function distinct(algebra: Algebra, { item, tail, min, max }: Items): number {
  const one = algebra.concat2(item, tail);
  if (max === 0 || one === algebra.none) return min === 0 ? algebra.empty : algebra.none;
  if (max === 1) return min === 0 ? algebra.or2(algebra.empty, one) : one;
  return algebra.nodes.add(kinds.distinct, item, tail, packCounts(min, max));
}

/** Of kind `distinct`. */
export function itemsOf({ nodes }: Algebra, list: number): Items {
  const counts = nodes.c(list);
  return { item: nodes.a(list), tail: nodes.b(list), min: leastOf(counts), max: mostOf(counts) };
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

/** What follows the item where it ends. @param expr of kind `begun` */
export function afterItem(algebra: Algebra, expr: number): number {
  const { nodes, none } = algebra;
  const read = nodes.b(expr);
  const { item, tail, min, max } = itemsOf(algebra, nodes.c(expr));
  const others =
    read === none ? item : algebra.and2(item, algebra.not(equalTexts(algebra, item, bytesOf(algebra, read))));
  const most = max === endless ? endless : max - 1;
  const next = distinct(algebra, { item: others, tail, min: Math.max(1, min - 1), max: most });
  const list = isForgetful(algebra, read) ? forgetful(algebra, next, others) : next;
  const more = algebra.concat([algebra.byte(comma), algebra.byte(blank), list]);
  return algebra.concat2(tail, min <= 1 ? algebra.or2(algebra.empty, more) : more);
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
