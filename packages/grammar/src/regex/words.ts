/** Lists of words as expressions: a trie, made from the ends of the words. */
import type { Algebra } from "./algebra.ts";

/** Texts of one of the words. @param words strings whose characters are bytes */
export function oneOfWords(algebra: Algebra, words: readonly string[]): number {
  return words.length === 0 ? algebra.none : trieOf(algebra, words.toSorted(compare), 0, words.length, 0);
}

/** By code units: words with the same beginning stand together. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What follows the first bytes, which all words from one place to another have in common. */
function trieOf(algebra: Algebra, words: readonly string[], from: number, to: number, start: number): number {
  const [first, last] = [words[from]!, words[to - 1]!];
  let depth = start;
  while (depth < first.length && first.charCodeAt(depth) === last.charCodeAt(depth)) depth++;
  const parts: number[] = [];
  let at = from;
  for (; at < to && words[at]!.length === depth; at++) parts[0] = algebra.empty;
  while (at < to) {
    const byte = words[at]!.charCodeAt(depth);
    let end = at + 1;
    while (end < to && words[end]!.charCodeAt(depth) === byte) end++;
    parts.push(algebra.concat2(algebra.byte(byte), trieOf(algebra, words, at, end, depth + 1)));
    at = end;
  }
  let trie = parts.length === 1 ? parts[0]! : algebra.or(parts);
  while (depth > start) trie = algebra.concat2(algebra.byte(first.charCodeAt(--depth)), trie);
  return trie;
}
