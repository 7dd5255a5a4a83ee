/**
 * Places in rule bodies: a state, the count there, and what may not come again. For each, once it is needed: the places that
 * are reached without reading, the rules that may begin there, and where its lexemes and rules lead.
 */
import type { GrammarImage } from "../compile/image.ts";
import { Bodies } from "./bodies.ts";
import { TakenSets } from "./takenSets.ts";

export interface Place {
  readonly rule: number;
  /** Whether the body may end here. */
  readonly isAccepting: boolean;
  /** Engine's lexeme and the index of its edge, alternately. */
  readonly lexemes: readonly number[];
  /** Rule and the index of its edge, alternately. */
  readonly rules: readonly number[];
  /** Places after lexemes and rules that may be empty. */
  readonly skips: readonly number[];
}

export interface PositionsOptions {
  readonly image: GrammarImage;
  /** The engine's lexeme for one of the image's. */
  readonly lexemeOf: (lexeme: number) => number;
  /** The engine's lexeme for one of the image's without these texts; undefined if none is left. */
  readonly without: (lexeme: number, texts: readonly number[]) => number | undefined;
  /** Whether it is plain that one of the image's lexemes has no last text: some are left without any. */
  readonly isEndless: (lexeme: number) => boolean;
}

export class Positions {
  readonly #bodies: Bodies;
  readonly #lexemeOf: (lexeme: number) => number;
  /** By the image's lexeme. */
  readonly #isNullableLexeme: Uint8Array;
  readonly #without: (lexeme: number, texts: readonly number[]) => number | undefined;
  readonly #isEndless: (lexeme: number) => boolean;
  readonly #ids = new Map<number | string, number>();
  readonly #states: number[] = [];
  readonly #counts: number[] = [];
  readonly #taken: number[] = [];
  readonly #sets = new TakenSets();
  /** By place: the set of texts that may not come again. */
  readonly #texts: number[] = [];
  readonly #read = new TakenSets();
  readonly #places: (Place | undefined)[] = [];
  readonly #closures: (readonly number[] | undefined)[] = [];
  readonly #predictions: (readonly number[] | undefined)[] = [];

  constructor({ image, lexemeOf, without, isEndless }: PositionsOptions) {
    this.#bodies = new Bodies(image);
    this.#lexemeOf = lexemeOf;
    this.#isNullableLexeme = image.lexemes.isNullable;
    this.#without = without;
    this.#isEndless = isEndless;
  }

  /** About how much memory they take. */
  get sizeBytes(): number {
    return this.#states.length * 300 + this.#sets.sizeBytes + this.#read.sizeBytes;
  }

  start(rule: number): number {
    return this.#id(this.#bodies.firstState(rule), 0, TakenSets.none, TakenSets.none);
  }

  #id(state: number, count: number, taken: number, texts: number): number {
    const isPlain = taken === TakenSets.none && texts === TakenSets.none;
    const key = isPlain ? state * 2 ** 31 + count : `${state} ${count} ${taken} ${texts}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#states.push(state) - 1;
      this.#counts.push(count);
      this.#taken.push(taken);
      this.#texts.push(texts);
      // filled by place in any order, without holes
      this.#places.push(undefined);
      this.#closures.push(undefined);
      this.#predictions.push(undefined);
      this.#ids.set(key, id);
    }
    return id;
  }

  /** The place after a text that may not come again. */
  withText(id: number, text: number): number {
    const texts = this.#read.with(this.#texts[id]!, text);
    return this.#id(this.#states[id]!, this.#counts[id]!, this.#taken[id]!, texts);
  }

  place(id: number): Place {
    return (this.#places[id] ??= this.#makePlace(id));
  }

  #makePlace(id: number): Place {
    const count = this.#counts[id]!;
    const taken = this.#taken[id]!;
    const texts = this.#texts[id]!;
    const bodies = this.#bodies;
    const { rule, isAccepting, min, max, edges } = bodies.state(this.#states[id]!);
    const saturation = bodies.saturation(rule);
    const lexemes: number[] = [];
    const rules: number[] = [];
    const skips: number[] = [];
    edges.forEach((edge, i) => {
      if (count < edge.min || count > edge.max || this.#sets.has(taken, edge.once)) return;
      const after = edge.counts ? Math.min(count + 1, saturation) : count;
      // only places that can come to an end
      if (this.#isExhausted(edge.target, taken, edge.once) || this.#isReadUp(edge.target, texts)) return;
      if (!bodies.isLive(rule, edge.target, after)) return;
      const { symbol } = edge;
      if (edge.isRule) rules.push(symbol, i);
      else {
        const lexeme = edge.isDistinct ? this.#without(symbol, this.#read.members(texts)) : this.#lexemeOf(symbol);
        if (lexeme !== undefined) lexemes.push(lexeme, i);
      }
      const isSkipped = edge.isRule ? bodies.isNullable(symbol) : this.#isNullableLexeme[symbol] === 1;
      if (isSkipped) skips.push(this.after(id, i));
    });
    return { rule, isAccepting: isAccepting && count >= min && count <= max, lexemes, rules, skips };
  }

  /** The place after one of its edges: made once an output takes that edge, as there may be one for each set of them. */
  after(id: number, edgeIndex: number): number {
    const { rule, edges } = this.#bodies.state(this.#states[id]!);
    const { target, counts, once } = edges[edgeIndex]!;
    const count = this.#counts[id]!;
    const taken = this.#taken[id]!;
    return this.#id(
      target,
      counts ? Math.min(count + 1, this.#bodies.saturation(rule)) : count,
      once < 0 ? taken : this.#sets.with(taken, once),
      this.#texts[id]!,
    );
  }

  /** Whether nothing leads on from the state because each edge was taken, by the set or by one more. */
  #isExhausted(state: number, taken: number, more: number): boolean {
    const { edges, isAccepting } = this.#bodies.state(state);
    if (isAccepting || (taken === TakenSets.none && more < 0)) return false;
    return edges.every(({ once }) => once >= 0 && (once === more || this.#sets.has(taken, once)));
  }

  /** Whether nothing leads on from the state because each text was read. */
  #isReadUp(state: number, texts: number): boolean {
    const { edges, isAccepting } = this.#bodies.state(state);
    if (isAccepting || texts === TakenSets.none || edges.length === 0) return false;
    const isReadUp = (lexeme: number): boolean =>
      !this.#isEndless(lexeme) && this.#without(lexeme, this.#read.members(texts)) === undefined;
    return edges.every(({ symbol, isDistinct }) => isDistinct && isReadUp(symbol));
  }

  /** The place, and those that empty lexemes and rules lead to. */
  closure(id: number): readonly number[] {
    return (this.#closures[id] ??= this.#makeClosure(id));
  }

  #makeClosure(id: number): readonly number[] {
    if (this.place(id).skips.length === 0) return [id];
    const found = new Set([id]);
    for (const each of found) for (const next of this.place(each).skips) found.add(next);
    return [...found];
  }

  /** Places at which rules begin, and theirs, if a row has this place. */
  predictions(id: number): readonly number[] {
    return (this.#predictions[id] ??= this.#makePredictions(id));
  }

  #makePredictions(id: number): readonly number[] {
    const rules = new Set<number>();
    const found = new Set<number>();
    const predict = (place: number): void => {
      const { rules: next } = this.place(place);
      for (let i = 0; i < next.length; i += 2) rules.add(next[i]!);
    };
    predict(id);
    for (const rule of rules) {
      for (const place of this.closure(this.start(rule))) {
        found.add(place);
        predict(place);
      }
    }
    return [...found];
  }
}
