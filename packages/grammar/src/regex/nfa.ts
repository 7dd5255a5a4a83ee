/** A regular expression as a non-deterministic automaton over the bytes of UTF-8 (Thompson, CACM 11, 1968). */
import type { AST } from "@eslint-community/regexpp";
import { refuseBecause } from "@tokenmill/check";
import { characterSet } from "./characterSet.ts";
import type { ParsedRegex } from "./parseRegex.ts";
import { type ByteRanges, utf8Ranges } from "./utf8Ranges.ts";

/** Most states and parts, repetitions written out. */
const mostParts = 2 ** 16;

export interface Edge {
  readonly first: number;
  readonly last: number;
  readonly target: number;
}

/** State 0 is the start. */
export interface Nfa {
  /** By state: where a byte leads. */
  readonly edges: readonly (readonly Edge[])[];
  /** By state: where nothing leads. */
  readonly jumps: readonly (readonly number[])[];
  readonly end: number;
}

/** @throws RangeError for what automata cannot follow, and for repetitions that come to too much. */
export function nfaOf(regex: ParsedRegex): Nfa {
  const builder = new NfaBuilder(regex);
  const end = builder.alternatives(regex.pattern.alternatives, builder.state(), { isFirst: true, isLast: true });
  return { edges: builder.edges, jumps: builder.jumps, end };
}

/** Whether nothing can come before a part, and after it. */
interface Place {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

const inside: Place = { isFirst: false, isLast: false };

/** Each method adds a part that begins in a state, and gives the state it ends in. */
class NfaBuilder {
  readonly edges: Edge[][] = [];
  readonly jumps: number[][] = [];
  readonly #regex: ParsedRegex;
  /** What spells the characters of an element. */
  readonly #spellings = new Map<AST.Element, readonly ByteRanges[]>();
  #parts = 0;

  constructor(regex: ParsedRegex) {
    this.#regex = regex;
  }

  state(): number {
    this.#count();
    this.jumps.push([]);
    return this.edges.push([]) - 1;
  }

  alternatives(alternatives: readonly AST.Alternative[], from: number, place: Place): number {
    const to = this.state();
    for (const { elements } of alternatives) this.jumps[this.#sequence(elements, from, place)]!.push(to);
    return to;
  }

  #sequence(elements: readonly AST.Element[], from: number, { isFirst, isLast }: Place): number {
    const isAnchor = ({ type }: AST.Element): boolean => type === "Assertion";
    return elements.reduce((state, element, index) => {
      const place = {
        isFirst: isFirst && elements.slice(0, index).every(isAnchor),
        isLast: isLast && elements.slice(index + 1).every(isAnchor),
      };
      return this.#element(element, state, place);
    }, from);
  }

  #element(element: AST.Element, from: number, place: Place): number {
    this.#count();
    switch (element.type) {
      case "Character":
      case "CharacterClass":
      case "CharacterSet":
        return this.#character(element, from);
      case "CapturingGroup":
        return this.alternatives(element.alternatives, from, place);
      case "Group":
        if (element.modifiers) this.#regex.refusePart("modifiers", element.modifiers);
        return this.alternatives(element.alternatives, from, place);
      case "Quantifier":
        return this.#quantifier(element, from, place);
      case "Assertion":
        return this.#assertion(element, from, place);
      case "Backreference":
        return this.#regex.refusePart("the backreference", element);
      case "ExpressionCharacterClass":
        return this.#regex.refusePart("the class", element);
      default:
        return element satisfies never;
    }
  }

  #assertion(element: AST.Assertion, from: number, { isFirst, isLast }: Place): number {
    const { kind } = element;
    if ((kind === "start" && isFirst) || (kind === "end" && isLast)) return from;
    const isAnchor = kind === "start" || kind === "end";
    return this.#regex.refusePart(
      isAnchor ? "the anchor" : kind === "word" ? "the word boundary" : `the ${kind}`,
      element,
    );
  }

  #quantifier({ element, min, max }: AST.Quantifier, from: number, place: Place): number {
    let state = from;
    // what is there once at most is where it would be without a quantifier
    const at = max <= 1 ? place : inside;
    for (let i = 0; i < min; i++) state = this.#element(element, state, at);
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.state();
      this.jumps[state]!.push(loop);
      this.jumps[this.#element(element, loop, at)]!.push(loop);
      return loop;
    }
    if (max === min) return state;
    const end = this.state();
    for (let i = min; i < max; i++) {
      this.jumps[state]!.push(end);
      state = this.#element(element, state, at);
    }
    this.jumps[state]!.push(end);
    return end;
  }

  #character(element: AST.Character | AST.CharacterClass | AST.CharacterSet, from: number): number {
    let spellings = this.#spellings.get(element);
    if (!spellings) {
      spellings = characterSet(element, this.#regex).flatMap(utf8Ranges);
      this.#spellings.set(element, spellings);
    }
    const to = this.state();
    /** The state from which these last bytes of a character lead to the end. */
    const before = new Map<string, number>();
    for (const bytes of spellings) {
      let target = to;
      let rest = "";
      for (let i = bytes.length - 1; i > 0; i--) {
        const [first, last] = bytes[i]!;
        rest = `${first}-${last} ${rest}`;
        let state = before.get(rest);
        if (state === undefined) {
          before.set(rest, (state = this.state()));
          this.edges[state]!.push({ first, last, target });
        }
        target = state;
      }
      const [first, last] = bytes[0]!;
      this.edges[from]!.push({ first, last, target });
    }
    return to;
  }

  #count(): void {
    if (++this.#parts > mostParts) {
      refuseBecause("regex", `expected at most ${mostParts} parts with its repetitions written out`, false);
    }
  }
}
