/** Nodes at which lexemes may end, by rising node, from several walks: a heap of their lists. */
import { inOrder } from "./inOrder.ts";

export interface ExitList {
  /** Node and place, alternately, by rising node. */
  readonly exits: readonly number[];
  readonly row: number;
  /** The lexeme that ends at all of them; undefined where the place says which. */
  readonly lexeme: number | undefined;
  /** What was read before the walk, and the depth at which it begins. */
  readonly from: ReadFrom;
  next: number;
}

export interface ReadFrom {
  readonly text: number;
  readonly depth: number;
}

export class ExitQueue {
  #lists: ExitList[] = [];

  clear(): void {
    this.#lists = [];
  }

  add(exits: readonly number[], row: number, lexeme: number | undefined, from: ReadFrom): void {
    if (exits.length === 0) return;
    this.#lists.push({ exits, row, lexeme, from, next: 0 });
    this.#raise(this.#lists.length - 1);
  }

  /** The first node; undefined if there is none. */
  get node(): number | undefined {
    const first = this.#lists[0];
    return first?.exits[first.next];
  }

  /** The list of the first node, if no other has that node. */
  get alone(): ExitList | undefined {
    const first = this.#lists[0];
    return first === undefined || this.nextOther === nodeOf(first) ? undefined : first;
  }

  /**
   * What ends at the first node: row and lexeme, alternately, in rising order, each once. Removes it.
   * @param code of a lexeme that ends at the node
   */
  take(
    endedAt: (place: number) => readonly number[],
    code: (lexeme: number, node: number, from: ReadFrom) => number,
  ): readonly number[] {
    const node = this.node!;
    const pairs: number[] = [];
    do {
      const { exits, row, lexeme, from, next } = this.#lists[0]!;
      if (lexeme !== undefined) pairs.push(row, code(lexeme, node, from));
      else for (const each of endedAt(exits[next + 1]!)) pairs.push(row, code(each, node, from));
      this.advance();
    } while (this.node === node);
    return pairs.length > 2 ? inOrder(pairs) : pairs;
  }

  /** The first node that another list than the first has; Infinity if there is none. */
  get nextOther(): number {
    const lists = this.#lists;
    const [second, third] = [lists[1], lists[2]];
    if (second === undefined) return Number.POSITIVE_INFINITY;
    return third === undefined ? nodeOf(second) : Math.min(nodeOf(second), nodeOf(third));
  }

  /** Removes the nodes of the first list before this place of it. Absent: the first. */
  advance(to: number = this.#lists[0]!.next + 2): void {
    const first = this.#lists[0]!;
    first.next = to;
    if (first.next >= first.exits.length) {
      const last = this.#lists.pop()!;
      if (last === first) return;
      this.#lists[0] = last;
    }
    this.#sink();
  }

  #raise(from: number): void {
    const lists = this.#lists;
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (nodeOf(lists[parent]!) <= nodeOf(lists[i]!)) return;
      swap(lists, parent, i);
      i = parent;
    }
  }

  #sink(): void {
    const lists = this.#lists;
    for (let i = 0; ; ) {
      let least = i;
      for (let child = 2 * i + 1; child <= 2 * i + 2 && child < lists.length; child++) {
        if (nodeOf(lists[child]!) < nodeOf(lists[least]!)) least = child;
      }
      if (least === i) return;
      swap(lists, least, i);
      i = least;
    }
  }
}

function swap(lists: ExitList[], i: number, j: number): void {
  const list = lists[i]!;
  lists[i] = lists[j]!;
  lists[j] = list;
}

function nodeOf({ exits, next }: ExitList): number {
  return exits[next]!;
}
