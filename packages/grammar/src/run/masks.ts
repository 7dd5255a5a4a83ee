/**
 * Masks of configurations. What stays inside a lexeme depends on its rest alone and is kept for all grammars; from where it
 * may end, the walk goes on with the parser, under those nodes only.
 */
import type { Budget } from "../budget/budget.ts";
import type { Clamp } from "../lexer/clamp.ts";
import type { Lexer, TokenRanges } from "../lexer/lexer.ts";
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import { kinds } from "../regex/nodes.ts";
import { copyToTwins, depthOf, pathTo, type Trie } from "../vocabulary/trie.ts";
import { type Configurations, fresh } from "./configurations.ts";
import { stateOf, textOfState } from "../rows/codes.ts";
import { type ExitList, ExitQueue, type ReadFrom } from "./exitQueue.ts";
import { MaskDraft } from "./maskDraft.ts";
import { PlainReach } from "./plainReach.ts";
import type { Slices } from "./slices.ts";
import type { KeptMask, MaskStore } from "./maskStore.ts";
import { Walk } from "./walk.ts";

/** Nodes of a walk that cost about as much as one step of other work. */
const nodesOfAStep = 64;
/** Walks that are worth being made from others, and how much of them may differ. */
const wideSteps = 4096;
const differentShare = 1 / 4;
const wideBytes = 48;
const noExits: readonly number[] = [];
const fromBeginning: ReadFrom = { text: 0, depth: 0 };

/** The walk from one place of the table over the whole vocabulary. */
interface Inner {
  readonly mask: KeptMask;
  /** Node and place, alternately, by rising node. */
  readonly exits: readonly number[];
  /** Exits of the state that this one was made from, all of the same lexeme. */
  readonly sharedExits: readonly number[];
  readonly sharedLexeme: number | undefined;
  /** Nodes that the whole walk looks at, or that of the state that this one was made from. */
  readonly steps: number;
  /** Without the mask. */
  readonly sizeBytes: number;
}

/** Another state that nearly all tokens lead to the same rests from. */
interface Base {
  readonly place: number;
  /** The lexeme of this state that goes the same way. */
  readonly lexeme: number;
}

export class Masks {
  readonly #trie: Trie;
  readonly #expressions: Expressions;
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
  readonly #wide = new Map<Expr, boolean>();
  /** Lexemes whose exclusions reach far: making a mask from another one took as long as making it. */
  readonly #differs = new Set<number>();
  readonly #anyLexeme: number;
  readonly #queue = new ExitQueue();
  /** For walks from single states, and for what comes together. */
  readonly #innerDraft: MaskDraft;
  readonly #draft: MaskDraft;
  /** By token: those with the same bytes. */
  readonly #twins = new Map<number, number[]>();
  /** About how much memory it takes, masks aside. */
  sizeBytes = 0;

  constructor({ trie, expressions, lexer, clamp, table, slices, budget, store }: MasksOptions) {
    this.#trie = trie;
    this.#expressions = expressions;
    this.#lexer = lexer;
    this.#clamp = clamp;
    this.#table = table;
    this.#walk = new Walk(trie, table);
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
    const clamped = members.map((each, i) => (i % 2 === 0 ? each : this.#clamp.of(each)));
    return clamped.every((each, i) => each === members[i]) ? state : this.#lexer.state(clamped);
  }

  /** The mask of all text tokens that the configuration allows, and these tokens. */
  of(configurations: Configurations, pairs: readonly number[], others: TokenRanges): KeptMask {
    const queue = this.#queue;
    const draft = this.#draft;
    let base: KeptMask | undefined;
    queue.clear();
    draft.begin();
    for (let i = 0; i < pairs.length; i += 2) {
      const row = pairs[i]!;
      const code = pairs[i + 1]!;
      const start = this.#start(code === fresh ? configurations.startOf(row) : stateOf(code));
      const from = code < 0 || textOfState(code) === 0 ? fromBeginning : { text: textOfState(code), depth: 0 };
      const inner = this.#innerOf(start.place);
      if (pairs.length === 2) base = inner.mask;
      else this.#store.addTo(inner.mask, draft);
      queue.add(inner.exits, row, start.lexeme, from);
      queue.add(inner.sharedExits, row, start.lexeme ?? inner.sharedLexeme, from);
    }
    this.#followExits(configurations);
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

  /** In the order of nodes: what may end at a node, in whichever way it was read, leads to one row. */
  #followExits(configurations: Configurations): void {
    const queue = this.#queue;
    const endedAt = (place: number): readonly number[] => this.#lexer.ended(this.#table.state(place));
    const codeOf = (lexeme: number, node: number, from: ReadFrom): number =>
      this.#lexer.isDistinct(lexeme)
        ? configurations.lexemeWith(lexeme, from.text, pathTo(this.#trie, node, from.depth))
        : lexeme;
    for (let node = queue.node; node !== undefined; node = queue.node) {
      const only = this.#onlyEnded(queue.alone);
      if (only !== undefined) {
        const row = configurations.rowAfterOne(queue.alone!.row, only);
        queue.advance();
        this.#followTo(configurations, row, node);
        continue;
      }
      const ended = queue.take(endedAt, codeOf);
      this.#budget.spend(ended.length >> 1);
      this.#followTo(configurations, configurations.rowAfter(ended), node);
    }
  }

  /** The lexeme that ends at the next node of the list, if it is the only one and its text does not matter. */
  #onlyEnded(list: ExitList | undefined): number | undefined {
    if (list === undefined) return undefined;
    let { lexeme } = list;
    if (lexeme === undefined) {
      const ended = this.#lexer.ended(this.#table.state(list.exits[list.next + 1]!));
      if (ended.length > 1) return undefined;
      lexeme = ended[0]!;
    }
    return this.#lexer.isDistinct(lexeme) ? undefined : lexeme;
  }

  #followTo(configurations: Configurations, row: number, node: number): void {
    this.#walk.under(node, this.#table.place(configurations.startOf(row)), this.#draft);
    this.#budget.spend(2 + this.#walk.steps / nodesOfAStep);
    const { exits } = this.#walk;
    if (exits.length > 0) this.#queue.add(exits, row, undefined, { text: 0, depth: depthOf(this.#trie, node) + 1 });
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
    const inner = this.#difference(place) ?? this.#whole(place);
    this.sizeBytes += inner.sizeBytes - (known?.sizeBytes ?? 0);
    return (this.#inner[place] = inner);
  }

  #whole(place: number): Inner {
    const draft = this.#innerDraft;
    draft.begin();
    const reach = this.#plainReach.of(this.#lexer.members(this.#table.state(place)));
    if (reach === undefined) this.#walk.all(place, draft);
    else this.#walk.along(this.#slices.others, place, draft);
    const mask = this.#keep(draft, reach === undefined ? undefined : this.#slices.atMost(reach));
    return this.#makeInner(mask, [], undefined, this.#walk.steps);
  }

  /** Made from another state's, where that saves most of the walk. */
  #difference(place: number): Inner | undefined {
    const base = this.#baseOf(this.#table.state(place));
    if (base === undefined || base.place === place || this.#differs.has(base.lexeme)) return undefined;
    const from = this.#innerOf(base.place);
    if (from.steps < wideSteps || from.sharedExits.length > 0) return undefined;
    const draft = this.#innerDraft;
    draft.begin();
    this.#store.addTo(from.mask, draft);
    const both = { place: base.place, exits: from.exits };
    const shared = this.#walk.difference(both, base.lexeme, place, draft, from.steps * differentShare);
    if (shared === undefined) {
      this.#budget.spend(this.#walk.steps / nodesOfAStep);
      this.#differs.add(base.lexeme);
      return undefined;
    }
    return this.#makeInner(this.#keep(draft, undefined), shared, base.lexeme, from.steps);
  }

  #makeInner(mask: KeptMask, sharedExits: number[], sharedLexeme: number | undefined, steps: number): Inner {
    this.#budget.spend(1 + this.#walk.steps / nodesOfAStep);
    // an empty list is the walk's own
    const exits = this.#walk.exits.length > 0 ? this.#walk.exits : noExits;
    const sizeBytes = (exits.length + sharedExits.length) * 8 + 300;
    return { mask, exits, sharedExits, sharedLexeme, steps, sizeBytes };
  }

  /** Without what a lexeme may not be, and without the lexemes beside it: `name` beside any key but `name` is any key. */
  #baseOf(state: number): Base | undefined {
    const members = this.#lexer.members(state);
    for (let i = 0; i < members.length; i += 2) {
      if (this.#expressions.algebra.onlyByte(members[i + 1]!) >= 0) continue;
      const rest = this.#withoutExclusions(members[i + 1]!);
      if (members.length === 2 && rest === members[1]) return undefined;
      if (!this.#isWide(rest)) continue;
      return { place: this.#table.place(this.#lexer.state([this.#anyLexeme, rest])), lexeme: members[i]! };
    }
    return undefined;
  }

  #withoutExclusions(expr: Expr): Expr {
    const { nodes, algebra } = this.#expressions;
    if (nodes.kind(expr) === kinds.concat) {
      return algebra.concat2(this.#withoutExclusions(nodes.a(expr)), nodes.b(expr));
    }
    if (nodes.kind(expr) !== kinds.and) return expr;
    const parts: Expr[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === kinds.and; rest = nodes.b(rest)) parts.push(nodes.a(rest));
    parts.push(rest);
    const kept = parts.filter((part) => nodes.kind(part) !== kinds.not);
    return kept.length === 0 ? expr : algebra.and(kept);
  }

  /** Whether many bytes may come next. */
  #isWide(expr: Expr): boolean {
    let isWide = this.#wide.get(expr);
    if (isWide === undefined) {
      const { none } = this.#expressions;
      const { classOf, firstOf } = this.#expressions.classes(expr);
      const isAlive = Array.from(firstOf, (byte) => this.#expressions.derive(expr, byte) !== none);
      let count = 0;
      for (const each of classOf) count += Number(isAlive[each]!);
      isWide = count >= wideBytes;
      this.#wide.set(expr, isWide);
    }
    return isWide;
  }
}

export interface MasksOptions {
  readonly trie: Trie;
  readonly expressions: Expressions;
  readonly lexer: Lexer;
  readonly clamp: Clamp;
  readonly table: WalkTable;
  readonly slices: Slices;
  readonly budget: Budget;
  /** For what the walks from single states gave. */
  readonly store: MaskStore;
}
