/**
 * Masks of configurations. What stays inside a lexeme depends on its rest alone and is kept for all grammars; from where it
 * may end, the walk goes on with the parser, under those nodes only.
 */
import type { Budget } from "../budget/budget.ts";
import type { Clamp } from "../lexer/clamp.ts";
import type { Lexer } from "../lexer/lexer.ts";
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Trie } from "../vocabulary/trie.ts";
import { type Configurations, fresh } from "./configurations.ts";
import { ExitQueue } from "./exitQueue.ts";
import { Mask } from "./mask.ts";
import { Walk } from "./walk.ts";
import { WordsCache } from "./wordsCache.ts";

/** Nodes of a walk that cost about as much as one step of other work. */
const nodesOfAStep = 64;

/** The walk from one place of the table over the whole vocabulary. */
interface Inner {
  readonly mask: Mask;
  /** Node and place, alternately, by rising node. */
  readonly exits: readonly number[];
  readonly sizeBytes: number;
}

export class Masks {
  readonly #trie: Trie;
  readonly #lexer: Lexer;
  readonly #clamp: Clamp;
  readonly #table: WalkTable;
  readonly #walk: Walk;
  readonly #budget: Budget;
  /** By place of the table. */
  readonly #inner: WordsCache<Inner>;
  /** By the lexer's state: the place that stands for it, and its lexeme if only that is there. */
  readonly #starts = new Map<number, { readonly place: number; readonly lexeme: number | undefined }>();
  readonly #anyLexeme: number;
  readonly #queue = new ExitQueue();
  readonly #scratch: Int32Array;

  constructor({ trie, lexer, clamp, table, budget, cacheBytes }: MasksOptions) {
    this.#trie = trie;
    this.#lexer = lexer;
    this.#clamp = clamp;
    this.#table = table;
    this.#walk = new Walk(trie, table);
    this.#budget = budget;
    this.#anyLexeme = lexer.tokenLexeme([]);
    this.#inner = new WordsCache(cacheBytes);
    this.#scratch = new Int32Array(trie.noToken / 32 + 1);
  }

  /** The state with counts as large as they matter. */
  clamped(state: number): number {
    const members = this.#lexer.members(state);
    return this.#lexer.state(members.map((each, i) => (i % 2 === 0 ? each : this.#clamp.of(each))));
  }

  /** Sets bits of all text tokens that the configuration allows. `words` have a word more than a mask. */
  fill(configurations: Configurations, pairs: readonly number[], words: Int32Array): void {
    const queue = this.#queue;
    queue.clear();
    for (let i = 0; i < pairs.length; i += 2) {
      const row = pairs[i]!;
      const start = this.#start(pairs[i + 1] === fresh ? configurations.startOf(row) : pairs[i + 1]!);
      const inner = this.#innerOf(start.place);
      if (i === 0) inner.mask.copyTo(words);
      else inner.mask.addTo(words);
      queue.add(inner.exits, row, start.lexeme);
    }
    this.#followExits(configurations, words);
    const { twins } = this.#trie;
    for (let i = 0; i < twins.length; i += 2) {
      const [token, twin] = [twins[i]!, twins[i + 1]!];
      if ((words[token >> 5]! >>> (token & 31)) & 1) words[twin >> 5]! |= 1 << (twin & 31);
    }
  }

  /** In the order of nodes: what may end at a node, in whichever way it was read, leads to one row. */
  #followExits(configurations: Configurations, words: Int32Array): void {
    const queue = this.#queue;
    for (let node = queue.node; node !== undefined; node = queue.node) {
      const ended = queue.take((place) => this.#lexer.ended(this.#table.state(place)));
      const row = configurations.rowAfter(ended);
      this.#walk.under(node, this.#table.place(configurations.startOf(row)), words);
      this.#budget.spend(1 + this.#walk.steps / nodesOfAStep);
      if (this.#walk.exits.length > 0) queue.add(this.#walk.exits, row, undefined);
    }
  }

  /** Where only one lexeme is left, its rest says all, whichever lexeme it is. */
  #start(given: number): { readonly place: number; readonly lexeme: number | undefined } {
    let start = this.#starts.get(given);
    if (start === undefined) {
      const state = this.clamped(given);
      const only = this.#lexer.onlyMember(state);
      const shared = only ? this.#lexer.state([this.#anyLexeme, only.rest]) : state;
      start = { place: this.#table.place(shared), lexeme: only?.lexeme };
      this.#starts.set(given, start);
    }
    return start;
  }

  #innerOf(place: number): Inner {
    let inner = this.#inner.get(place);
    if (inner === undefined) {
      const words = this.#scratch.fill(0);
      this.#walk.all(place, words);
      this.#budget.spend(this.#walk.steps / nodesOfAStep);
      const { exits } = this.#walk;
      const mask = new Mask(words, words.length);
      inner = { mask, exits, sizeBytes: mask.sizeBytes + exits.length * 8 + 100 };
      this.#inner.set(place, inner);
    }
    return inner;
  }
}

export interface MasksOptions {
  readonly trie: Trie;
  readonly lexer: Lexer;
  readonly clamp: Clamp;
  readonly table: WalkTable;
  readonly budget: Budget;
  /** For what the walks from single states gave. */
  readonly cacheBytes: number;
}
