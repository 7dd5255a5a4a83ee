/** The rule bodies of an image, read as they are needed. */
import type { GrammarImage } from "../compile/image.ts";

export interface BodyState {
  readonly rule: number;
  readonly isAccepting: boolean;
  /** Counts for accepting. */
  readonly min: number;
  readonly max: number;
  readonly edges: readonly BodyEdge[];
}

export interface BodyEdge {
  readonly isRule: boolean;
  /** Index of the lexeme or rule. */
  readonly symbol: number;
  /** Index of the state among all. */
  readonly target: number;
  /** Counts before the edge. */
  readonly min: number;
  readonly max: number;
  readonly counts: boolean;
  /** −1 where there is none. */
  readonly once: number;
  readonly isDistinct: boolean;
}

export class Bodies {
  readonly #image: GrammarImage;
  readonly #states: (BodyState | undefined)[] = [];
  /** By state: edges that are not those of another. */
  readonly #own: (readonly BodyEdge[] | undefined)[] = [];

  constructor(image: GrammarImage) {
    this.#image = image;
  }

  state(index: number): BodyState {
    return (this.#states[index] ??= this.#readState(index));
  }

  #readState(index: number): BodyState {
    const { states } = this.#image;
    const edges: BodyEdge[] = [];
    for (let at = index; at >= 0; at = states.also[at]!) edges.push(...(this.#own[at] ??= this.#ownEdges(at)));
    return {
      rule: states.rules[index]!,
      isAccepting: states.isAccepting[index] === 1,
      min: states.bounds[index * 2]!,
      max: states.bounds[index * 2 + 1]!,
      edges,
    };
  }

  #ownEdges(index: number): BodyEdge[] {
    const { states, edges } = this.#image;
    const list: BodyEdge[] = [];
    for (let edge = states.firstEdges[index]!; edge < states.firstEdges[index + 1]!; edge++) {
      list.push({
        isRule: (edges.symbols[edge]! & 1) === 1,
        symbol: edges.symbols[edge]! >> 1,
        target: edges.targets[edge]!,
        min: edges.bounds[edge * 2]!,
        max: edges.bounds[edge * 2 + 1]!,
        counts: (edges.flags[edge]! & 1) !== 0,
        once: edges.once[edge]!,
        isDistinct: (edges.flags[edge]! & 2) !== 0,
      });
    }
    return list;
  }

  firstState(rule: number): number {
    return this.#image.rules.firstStates[rule]!;
  }

  isNullable(rule: number): boolean {
    return this.#image.rules.isNullable[rule] === 1;
  }

  /** Counts of the rule from here on are all alike. */
  saturation(rule: number): number {
    return this.#image.rules.saturations[rule]!;
  }

  /** Whether the body can still come to its end. */
  isLive(rule: number, state: number, count: number): boolean {
    const { firstRuns, runCounts, runPlaces, live, firstStates } = this.#image.rules;
    let low = firstRuns[rule]!;
    let high = firstRuns[rule + 1]! - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (runCounts[middle]! <= count) low = middle;
      else high = middle - 1;
    }
    return live[runPlaces[low]! + state - firstStates[rule]!] === 1;
  }
}
