/** Names that are not declared, by what patterns they match. A name that is known to be of a kind saves a search for one. */
import { and, areSurelyApart, hasLoneSurrogate, literal, not, or } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import { keysOf } from "./keySets.ts";
import type { Views } from "./views.ts";

const mostKinds = 64;
/** Patterns that are looked at all at once: fewer are soon told apart by names that match them, and so are many. */
const [fewest, most] = [3, 12];
/** Of that walk; nearly all take less than a hundred. */
const mostPlaces = 1000;

export interface KeyKind {
  readonly texts: TextRegex;
  readonly matched: ReadonlySet<TextRegex>;
}

type Matched = KeyKind["matched"];

interface Found {
  readonly matched: Matched;
  /** One of its names, where that was seen at once. */
  readonly name: string | undefined;
}

/** @param lengths of names @returns kinds of which there is a name */
export function keyKinds(
  views: Views,
  declared: readonly string[],
  lengths: TextRegex,
  patterns: readonly TextRegex[],
): readonly KeyKind[] {
  return new KeyKinds(views, declared, lengths).of(patterns);
}

class KeyKinds {
  readonly #views: Views;
  readonly #declared: readonly string[];
  readonly #lengths: TextRegex;
  /** All names that are not declared. */
  readonly #undeclared: TextRegex;
  readonly #keys = new Map<TextRegex, ReturnType<typeof keysOf>>();
  /** By pattern: whether no name matches the other as well. */
  readonly #apart = new Map<TextRegex, Map<TextRegex, boolean>>();

  constructor(views: Views, declared: readonly string[], lengths: TextRegex) {
    this.#views = views;
    this.#declared = declared;
    this.#lengths = lengths;
    this.#undeclared = not(or(...declared.map(literal)));
  }

  of(patterns: readonly TextRegex[]): readonly KeyKind[] {
    if (this.#views.isEmptyText(this.#textsOf(new Set(), []))) return [];
    const isWalked = patterns.length >= fewest && patterns.length <= most;
    const kinds = (isWalked ? this.#together(patterns) : undefined) ?? this.#inTurn(patterns);
    return kinds.map((matched) => ({ texts: this.#textsOf(matched, patterns), matched }));
  }

  /** Names that match these of the patterns and no others. What follows from the rest is not said. */
  #textsOf(matched: Matched, patterns: readonly TextRegex[]): TextRegex {
    const parts = [this.#lengths];
    if (this.#declared.some((name) => [...matched].every((pattern) => this.#matches(pattern, name)))) {
      parts.push(this.#undeclared);
    }
    for (const pattern of patterns) {
      if (matched.has(pattern)) parts.push(pattern);
      else if (!this.#isApart(pattern, matched)) parts.push(not(pattern));
    }
    return and(...parts);
  }

  #isApart(pattern: TextRegex, matched: Matched): boolean {
    for (const other of matched) if (this.#areApart(pattern, other)) return true;
    return false;
  }

  #areApart(pattern: TextRegex, other: TextRegex): boolean {
    const known = this.#apart.get(pattern)?.get(other);
    if (known !== undefined) return known;
    const areApart = areSurelyApart(pattern, other) || this.#views.isEmptyText(and(other, pattern));
    this.#setApart(pattern, other, areApart);
    this.#setApart(other, pattern, areApart);
    return areApart;
  }

  #setApart(pattern: TextRegex, other: TextRegex, areApart: boolean): void {
    const known = this.#apart.get(pattern);
    if (known) known.set(other, areApart);
    else this.#apart.set(pattern, new Map([[other, areApart]]));
  }

  #matches(texts: TextRegex, name: string): boolean {
    let keys = this.#keys.get(texts);
    if (!keys) this.#keys.set(texts, (keys = keysOf(texts)));
    return this.#views.hasKey(keys, name);
  }

  /** All at once; undefined where that takes long. */
  #together(patterns: readonly TextRegex[]): Matched[] | undefined {
    const combinations = this.#views.combinations(this.#textsOf(new Set(), []), patterns, mostPlaces);
    if (!combinations) return undefined;
    checkCount(combinations.length);
    // what is apart among the names that are not declared is enough: those that are match both
    for (const [i, first] of patterns.entries()) {
      for (const [j, second] of patterns.entries()) {
        this.#setApart(first, second, !combinations.some((flags) => flags[i] === "1" && flags[j] === "1"));
      }
    }
    return combinations.map((flags) => new Set(patterns.filter((_, i) => flags[i] === "1")));
  }

  /** One pattern after the other. */
  #inTurn(patterns: readonly TextRegex[]): Matched[] {
    const undeclared = this.#textsOf(new Set(), []);
    // often the name without characters, which few patterns match
    const first = patterns.length > 0 ? this.#views.someText(undeclared) : undefined;
    let kinds: Found[] = [{ matched: new Set(), name: first }];
    patterns.forEach((pattern, index) => {
      const before = patterns.slice(0, index);
      const sample = this.#views.someText(pattern);
      const isOther = sample !== undefined && !hasLoneSurrogate(sample) && this.#matches(undeclared, sample);
      const seen = before.filter((each) => isOther && this.#matches(each, sample));
      const upTo = patterns.slice(0, index + 1);
      kinds = kinds.flatMap((kind) => {
        const { matched, name } = kind;
        const isIn = name !== undefined && this.#matches(pattern, name);
        const isSample = isOther && seen.length === matched.size && seen.every((each) => matched.has(each));
        const known = isIn ? name : isSample ? sample : undefined;
        if (known === undefined && this.#isApart(pattern, matched)) return [kind];
        const found: Found[] = [];
        const add = (half: Matched, one: string | undefined): void => {
          if (one !== undefined || !this.#views.isEmptyText(this.#textsOf(half, upTo))) {
            found.push({ matched: half, name: one });
          }
        };
        add(matched, isIn ? undefined : name);
        add(new Set([...matched, pattern]), known);
        return found;
      });
      checkCount(kinds.length);
    });
    return kinds.map(({ matched }) => matched);
  }
}

function checkCount(kinds: number): void {
  if (kinds <= mostKinds) return;
  throw new UnsupportedSchemaError(
    "patternProperties",
    "",
    `more than ${mostKinds} kinds of names by what patterns they match`,
  );
}
