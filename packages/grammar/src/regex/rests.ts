/**
 * What may follow a place in a text, by what stands before it: nothing, or a character of some kind. The kinds are as many as
 * an expression tells apart there, one where it does not look back.
 */
import { type CodeRange, complementOf } from "./characterSet.ts";
import { intersect } from "./spellings.ts";
import type { TextRegex } from "./textRegex.ts";
import {
  andText,
  anyCharacter,
  anyText,
  characterOf,
  concatText,
  isEmptyText,
  matchesEmpty,
  orText,
} from "./textRegexes.ts";

/** All the text from some place on: where nothing stands before, then for each kind of character before. */
export type Rest = readonly TextRegex[];

const something = concatText([anyCharacter, anyText]);

export const oneKind: readonly CodeRange[][] = [complementOf([[0xd800, 0xdfff]])];

/** The kinds, of each of which the set then holds all or nothing. */
export function tellApart(kinds: readonly CodeRange[][], set: readonly CodeRange[]): readonly CodeRange[][] {
  const others = complementOf(set);
  return kinds.flatMap((kind) => [intersect(kind, set), intersect(kind, others)].filter(({ length }) => length > 0));
}

export class Rests {
  readonly #kinds: readonly CodeRange[][];

  constructor(kinds: readonly CodeRange[][]) {
    this.#kinds = kinds;
  }

  always(text: TextRegex): Rest {
    return Array.from({ length: this.#kinds.length + 1 }, () => text);
  }

  /** @param change is asked once for each text and answer of `by` */
  map(rest: Rest, change: (text: TextRegex, isIn: boolean) => TextRegex, by: readonly boolean[] = []): Rest {
    const [inside, outside] = [new Map<TextRegex, TextRegex>(), new Map<TextRegex, TextRegex>()];
    return rest.map((text, i) => {
      const known = by[i] ? inside : outside;
      let changed = known.get(text);
      if (!changed) known.set(text, (changed = change(text, by[i] ?? false)));
      return changed;
    });
  }

  /** For each place of a rest whether what stands before is of the set. */
  areIn(set: readonly CodeRange[], isStart: boolean): boolean[] {
    return [isStart, ...this.#kinds.map((kind) => intersect(kind, set).length > 0)];
  }

  or(rests: readonly Rest[]): Rest {
    if (rests.length === 1) return rests[0]!;
    const known = new Map<string, TextRegex>();
    const numbers = new Map<TextRegex, number>();
    const numberOf = (text: TextRegex): number => {
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    };
    return this.always(anyText).map((_, i) => {
      const texts = rests.map((rest) => rest[i]!);
      const key = texts.map(numberOf).join();
      if (!known.has(key)) known.set(key, orText(texts));
      return known.get(key)!;
    });
  }

  /** The text and then the rest: what stands before the rest is the text's last character, if it has one. */
  before(text: TextRegex, rest: Rest): Rest {
    if (isEmptyText(text)) return rest;
    const [start, ...others] = rest;
    const ends = new Map<TextRegex, CodeRange[]>();
    others.forEach((other, i) => ends.set(other, [...(ends.get(other) ?? []), ...this.#kinds[i]!]));
    if (ends.size === 1) {
      const [other] = others;
      const after = concatText([text, other!]);
      if (start === other || !matchesEmpty(text)) return this.always(after);
      return [orText([concatText([andText([something, text]), other!]), start!]), ...others.map(() => after)];
    }
    const begun = Array.from(ends, ([other, kind]) => {
      return concatText([andText([concatText([anyText, characterOf(kind)]), text]), other]);
    });
    if (!matchesEmpty(text)) return this.always(orText(begun));
    return this.map(rest, (after) => orText([...begun, after]));
  }
}
