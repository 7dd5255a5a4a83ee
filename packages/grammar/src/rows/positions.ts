/**
 * Places in rule bodies: a state and the count there. For each, once it is needed: the places that are reached without
 * reading, the rules that may begin there, and where its lexemes and rules lead.
 */
import type { GrammarImage, ImageEdge } from "../compile/image.ts";

export interface Place {
  readonly rule: number;
  /** Whether the body may end here. */
  readonly isAccepting: boolean;
  /** Engine's lexeme and the place after it, alternately. */
  readonly lexemes: readonly number[];
  /** Rule and the place after it, alternately. */
  readonly rules: readonly number[];
}

export class Positions {
  readonly #image: GrammarImage;
  /** By the image's lexeme: the engine's. */
  readonly #lexemes: readonly number[];
  readonly #isNullableLexeme: readonly boolean[];
  readonly #ids = new Map<number, number>();
  readonly #states: number[] = [];
  readonly #counts: number[] = [];
  readonly #places: (Place | undefined)[] = [];
  readonly #closures: (readonly number[] | undefined)[] = [];
  readonly #predictions: (readonly number[] | undefined)[] = [];

  constructor(image: GrammarImage, lexemes: readonly number[], isNullableLexeme: readonly boolean[]) {
    this.#image = image;
    this.#lexemes = lexemes;
    this.#isNullableLexeme = isNullableLexeme;
  }

  get size(): number {
    return this.#states.length;
  }

  start(rule: number): number {
    return this.#id(this.#image.rules[rule]!.firstState, 0);
  }

  #id(state: number, count: number): number {
    const key = state * 2 ** 31 + count;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#states.push(state) - 1;
      this.#counts.push(count);
      this.#ids.set(key, id);
    }
    return id;
  }

  place(id: number): Place {
    return (this.#places[id] ??= this.#makePlace(id));
  }

  #makePlace(id: number): Place {
    const count = this.#counts[id]!;
    const { rule, isAccepting, min, max } = this.#image.states[this.#states[id]!]!;
    const lexemes: number[] = [];
    const rules: number[] = [];
    for (const { edge, next } of this.#edges(id)) {
      if (edge.isRule) rules.push(edge.symbol, next);
      else lexemes.push(this.#lexemes[edge.symbol]!, next);
    }
    return { rule, isAccepting: isAccepting && count >= min && count <= max, lexemes, rules };
  }

  /** Edges that are there at the count, and the places after them, which can all come to an end. */
  #edges(id: number): { edge: ImageEdge; next: number }[] {
    const [state, count] = [this.#states[id]!, this.#counts[id]!];
    const { edges, rule } = this.#image.states[state]!;
    const { saturation } = this.#image.rules[rule]!;
    return edges
      .filter(({ min, max }) => count >= min && count <= max)
      .map((edge) => ({ edge, after: edge.counts ? Math.min(count + 1, saturation) : count }))
      .filter(({ edge, after }) => this.#isLive(rule, edge.target, after))
      .map(({ edge, after }) => ({ edge, next: this.#id(edge.target, after) }));
  }

  #isLive(rule: number, state: number, count: number): boolean {
    const { runs, firstState } = this.#image.rules[rule]!;
    let [low, high] = [0, runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (runs[middle]!.from <= count) low = middle;
      else high = middle - 1;
    }
    return runs[low]!.live[state - firstState] === 1;
  }

  /** The place, and those that empty lexemes and rules lead to. */
  closure(id: number): readonly number[] {
    return (this.#closures[id] ??= this.#makeClosure(id));
  }

  #makeClosure(id: number): readonly number[] {
    const found = new Set([id]);
    for (const each of found) {
      for (const { edge, next } of this.#edges(each)) {
        const isEmpty = edge.isRule ? this.#image.rules[edge.symbol]!.isNullable : this.#isNullableLexeme[edge.symbol]!;
        if (isEmpty) found.add(next);
      }
    }
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
