/**
 * Masks of configurations. What stays inside a lexeme depends on its rest alone and is kept for all grammars; from where it
 * may end, the walk goes on with the parser, under those nodes only.
 */
import type { Budget } from "../budget/budget.ts";
import type { Clamp } from "../lexer/clamp.ts";
import type { Lexer, TokenRanges } from "../lexer/lexer.ts";
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Expressions } from "../regex/expressions.ts";
import { copyToTwins, type Trie } from "../vocabulary/trie.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { type Configurations, fresh } from "./configurations.ts";
import type { ReadFrom } from "./exitQueue.ts";
import { Exits } from "./exits.ts";
import { MaskDraft } from "./maskDraft.ts";
import { PlainReach } from "./plainReach.ts";
import type { Slices } from "./slices.ts";
import type { KeptMask, MaskStore } from "./maskStore.ts";
import { nodesOfAStep, Walk } from "./walk.ts";

const noExits: readonly number[] = [];
const fromBeginning: ReadFrom = { text: 0, depth: 0 };

/** The walk from one place of the table over the whole vocabulary. */
interface Inner {
  readonly mask: KeptMask;
  /** Node and place, alternately, by rising node. */
  readonly exits: readonly number[];
  /** Without the mask. */
  readonly sizeBytes: number;
}

export class Masks {
  readonly #trie: Trie;
  readonly #lexer: Lexer;
  readonly #clamp: Clamp;
  readonly #table: WalkTable;
  readonly #walk: Walk;
  readonly #slices: Slices;
  readonly #plainReach: PlainReach;
  readonly #budget: Budget;
  readonly #store: MaskStore;
  /** By place of the table; their masks may have left the store. */
  readonly #inner: (Inner | undefined)[] = [];
  /** By the lexer's state: the place that stands for it, and its lexeme if only that is there. */
  readonly #starts: ({ readonly place: number; readonly lexeme: number | undefined } | undefined)[] = [];
  /** By the lexer's state. */
  readonly #clamped: (number | undefined)[] = [];
  readonly #anyLexeme: number;
  readonly #exits: Exits;
  /** For walks from single states, and for what comes together. */
  readonly #innerDraft: MaskDraft;
  readonly #draft: MaskDraft;
  /** By token: those with the same bytes. */
  readonly #twins = new Map<number, number[]>();
  /** About how much memory it takes, masks aside. */
  sizeBytes = 0;

  constructor({ vocabulary, expressions, lexer, clamp, table, slices, budget, store }: MasksOptions) {
    const { trie } = vocabulary;
    this.#trie = trie;
    this.#lexer = lexer;
    this.#clamp = clamp;
    this.#table = table;
    this.#walk = new Walk(trie, table, slices.others);
    this.#exits = new Exits({ vocabulary, lexer, table, walk: this.#walk, budget });
    this.#slices = slices;
    this.#plainReach = new PlainReach(expressions);
    this.#budget = budget;
    this.#anyLexeme = lexer.tokenLexeme([]);
    this.#store = store;
    this.#innerDraft = new MaskDraft(trie.noToken / 32);
    this.#draft = new MaskDraft(trie.noToken / 32);
    for (let i = 0; i < trie.twins.length; i += 2) {
      const twins = this.#twins.get(trie.twins[i]!);
      if (twins) twins.push(trie.twins[i + 1]!);
      else this.#twins.set(trie.twins[i]!, [trie.twins[i + 1]!]);
    }
  }

  /** The state with counts as large as they matter. */
  clamped(state: number): number {
    return (this.#clamped[state] ??= this.#makeClamped(state));
  }

  #makeClamped(state: number): number {
    const members = this.#lexer.members(state);
    // pushed: an array that is mapped has an elements kind of its own, for which all that reads members is compiled again
    const clamped: number[] = [];
    for (let i = 0; i < members.length; i += 2) clamped.push(members[i]!, this.#clamp.of(members[i + 1]!));
    return clamped.every((each, i) => each === members[i]) ? state : this.#lexer.state(clamped);
  }

  /** The mask of all text tokens that the configuration allows, and these tokens. */
  of(configurations: Configurations, pairs: readonly number[], others: TokenRanges): KeptMask {
    const exits = this.#exits;
    const draft = this.#draft;
    const { codes } = configurations;
    let base: KeptMask | undefined;
    exits.clear();
    draft.begin();
    for (let i = 0; i < pairs.length; i += 2) {
      const row = pairs[i]!;
      const code = pairs[i + 1]!;
      const start = this.#start(code === fresh ? configurations.startOf(row) : codes.numberOf(code));
      const text = codes.textOf(code);
      const from = text === 0 ? fromBeginning : { text, depth: 0 };
      const inner = this.#innerOf(start.place);
      if (pairs.length === 2) base = inner.mask;
      else this.#store.addTo(inner.mask, draft);
      exits.add(inner.exits, row, start.lexeme, from);
    }
    exits.follow(configurations, draft);
    for (const range of others) for (let id = range[0]; id <= range[1]; id++) draft.add(id);
    return this.#keep(draft, base);
  }

  #keep(draft: MaskDraft, base: KeptMask | undefined): KeptMask {
    if (!draft.isListed) copyToTwins(this.#trie, draft.words);
    else if (this.#twins.size > 0) {
      for (let i = 0; i < draft.count; i++) for (const twin of this.#twins.get(draft.tokens[i]!) ?? []) draft.add(twin);
    }
    return this.#store.keep(draft, base);
  }

  /** Where only one lexeme is left, its rest says all, whichever lexeme it is. */
  #start(given: number): { readonly place: number; readonly lexeme: number | undefined } {
    let start = this.#starts[given];
    if (start === undefined) {
      const state = this.clamped(given);
      const only = this.#lexer.onlyMember(state);
      const shared = only ? this.#lexer.state([this.#anyLexeme, only.rest]) : state;
      start = { place: this.#table.place(shared), lexeme: only?.lexeme };
      this.#starts[given] = start;
    }
    return start;
  }

  #innerOf(place: number): Inner {
    const known = this.#inner[place];
    if (known !== undefined && this.#store.use(known.mask)) return known;
    const inner = this.#make(place);
    this.sizeBytes += inner.sizeBytes - (known?.sizeBytes ?? 0);
    return (this.#inner[place] = inner);
  }

  #make(place: number): Inner {
    const draft = this.#innerDraft;
    draft.begin();
    const reach = this.#plainReach.of(this.#lexer.members(this.#table.state(place)));
    if (reach === undefined) this.#walk.all(place, draft);
    else this.#walk.along(place, draft);
    const mask = this.#keep(draft, reach === undefined ? undefined : this.#slices.atMost(reach));
    this.#budget.spend(1 + this.#walk.steps / nodesOfAStep);
    // an empty list is the walk's own
    const exits = this.#walk.exits.length > 0 ? this.#walk.exits : noExits;
    return { mask, exits, sizeBytes: exits.length * 8 + 300 };
  }
}

export interface MasksOptions {
  readonly vocabulary: Vocabulary;
  readonly expressions: Expressions;
  readonly lexer: Lexer;
  readonly clamp: Clamp;
  readonly table: WalkTable;
  readonly slices: Slices;
  readonly budget: Budget;
  /** For what the walks from single states gave. */
  readonly store: MaskStore;
}
