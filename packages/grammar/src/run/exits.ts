/** From where lexemes may end, the walk of a mask goes on with the parser: under those nodes, with what may follow there. */
import type { Budget } from "../budget/budget.ts";
import type { Lexer } from "../lexer/lexer.ts";
import type { WalkTable } from "../lexer/walkTable.ts";
import { depthOf } from "../vocabulary/trie.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import type { Configurations } from "./configurations.ts";
import { type ExitList, ExitQueue, type ReadFrom } from "./exitQueue.ts";
import type { MaskDraft } from "./maskDraft.ts";
import { nodesOfAStep, type Walk } from "./walk.ts";

/** Exits that are looked at together. */
const mostTogether = 64;

export interface ExitsOptions {
  readonly vocabulary: Vocabulary;
  readonly lexer: Lexer;
  readonly table: WalkTable;
  readonly walk: Walk;
  readonly budget: Budget;
}

export class Exits {
  readonly #vocabulary: Vocabulary;
  readonly #lexer: Lexer;
  readonly #table: WalkTable;
  readonly #walk: Walk;
  readonly #budget: Budget;
  readonly #queue = new ExitQueue();

  constructor({ vocabulary, lexer, table, walk, budget }: ExitsOptions) {
    this.#vocabulary = vocabulary;
    this.#lexer = lexer;
    this.#table = table;
    this.#walk = walk;
    this.#budget = budget;
  }

  /** None are left, even of a mask that was given up. */
  clear(): void {
    this.#queue.clear();
  }

  /** See `ExitList`. */
  add(exits: readonly number[], row: number, lexeme: number | undefined, from: ReadFrom): void {
    this.#queue.add(exits, row, lexeme, from);
  }

  /** In the order of nodes: what may end at a node, in whichever way it was read, leads to one row. */
  follow(configurations: Configurations, draft: MaskDraft): void {
    const queue = this.#queue;
    const endedAt = (place: number): readonly number[] => this.#lexer.ended(this.#table.state(place));
    const codeOf = (lexeme: number, node: number, from: ReadFrom): number =>
      this.#lexer.isDistinct(lexeme)
        ? configurations.lexemeWith(lexeme, from.text, this.#vocabulary.bytesTo(node, from.depth))
        : lexeme;
    for (let node = queue.node; node !== undefined; node = queue.node) {
      const list = queue.alone;
      const only = list && this.#onlyEnded(list, list.next);
      if (only !== undefined) {
        this.#followSome(configurations, list!, only, draft);
        continue;
      }
      const ended = queue.take(endedAt, codeOf);
      this.#budget.spend(ended.length >> 1);
      const row = configurations.rowAfter(ended);
      this.#walk.under([node, 0], 0, 2, this.#table.place(configurations.startOf(row)), draft);
      this.#queueFound(row, node, 1);
    }
  }

  /** The lexeme that ends at an exit of the list, if it is the only one and its text does not matter. */
  #onlyEnded(list: ExitList, at: number): number | undefined {
    let { lexeme } = list;
    if (lexeme === undefined) {
      const ended = this.#lexer.ended(this.#table.state(list.exits[at + 1]!));
      if (ended.length > 1) return undefined;
      lexeme = ended[0]!;
    }
    return this.#lexer.isDistinct(lexeme) ? undefined : lexeme;
  }

  /** From the first exits of a list, at which only this lexeme ends, until something may end under one of them. */
  #followSome(configurations: Configurations, list: ExitList, lexeme: number, draft: MaskDraft): void {
    const { exits, next } = list;
    const { nextOther } = this.#queue;
    const most = Math.min(exits.length, next + 2 * mostTogether);
    let end = next + 2;
    while (end < most && exits[end]! < nextOther && this.#onlyEnded(list, end) === lexeme) end += 2;
    const row = configurations.rowAfterOne(list.row, lexeme);
    const to = this.#walk.under(exits, next, end, this.#table.place(configurations.startOf(row)), draft);
    this.#queue.advance(to);
    this.#queueFound(row, exits[to - 2]!, (to - next) >> 1);
  }

  /** What may end under the last node of the walk. */
  #queueFound(row: number, node: number, count: number): void {
    this.#budget.spend(1 + count + this.#walk.steps / nodesOfAStep);
    const { exits } = this.#walk;
    if (exits.length === 0) return;
    this.#queue.add(exits, row, undefined, { text: 0, depth: depthOf(this.#vocabulary.trie, node) + 1 });
  }
}
