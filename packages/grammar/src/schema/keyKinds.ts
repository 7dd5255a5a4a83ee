/** Names that are not declared, by what patterns they match. A name that is known to be of a kind saves a search for one. */
import { and, hasLoneSurrogate, not } from "../json/texts.ts";
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

interface Found extends KeyKind {
  /** One of its names, where that was seen at once. */
  readonly name: string | undefined;
}

/** @param others all names that are not declared @returns kinds of which there is a name */
export function keyKinds(views: Views, others: TextRegex, patterns: readonly TextRegex[]): readonly KeyKind[] {
  if (views.isEmptyText(others)) return [];
  const isWalked = patterns.length >= fewest && patterns.length <= most;
  const kinds = isWalked ? kindsTogether(views, others, patterns) : undefined;
  return kinds ?? kindsInTurn(views, others, patterns);
}

/** All at once; undefined where that takes long. */
function kindsTogether(views: Views, others: TextRegex, patterns: readonly TextRegex[]): KeyKind[] | undefined {
  const combinations = views.combinations(others, patterns, mostPlaces);
  if (!combinations) return undefined;
  checkCount(combinations.length);
  return combinations.map((flags) => {
    const parts = patterns.map((pattern, i) => (flags[i] === "1" ? pattern : not(pattern)));
    return { texts: and(others, ...parts), matched: new Set(patterns.filter((_, i) => flags[i] === "1")) };
  });
}

/** One pattern after the other. */
function kindsInTurn(views: Views, others: TextRegex, patterns: readonly TextRegex[]): readonly KeyKind[] {
  // often the name without characters, which few patterns match
  const first = patterns.length > 0 ? views.someText(others) : undefined;
  let kinds: Found[] = [{ texts: others, matched: new Set(), name: first }];
  const matches = matcher(views);
  patterns.forEach((pattern, index) => {
    const sample = views.someText(pattern);
    const isOther = sample !== undefined && !hasLoneSurrogate(sample) && matches(others, sample);
    const seen = patterns.slice(0, index).filter((each) => isOther && matches(each, sample));
    kinds = kinds.flatMap(({ texts, matched, name }) => {
      const found: Found[] = [];
      const add = (half: TextRegex, known: string | undefined, also: readonly TextRegex[]): void => {
        if (known === undefined && views.isEmptyText(half)) return;
        found.push({ texts: half, matched: new Set([...matched, ...also]), name: known });
      };
      const isIn = name !== undefined && matches(pattern, name);
      add(and(texts, not(pattern)), isIn ? undefined : name, []);
      const isSample = isOther && seen.length === matched.size && seen.every((each) => matched.has(each));
      const known = isIn ? name : isSample ? sample : undefined;
      const isApart = known === undefined && [...matched].some((other) => views.isEmptyText(and(other, pattern)));
      if (!isApart) add(and(texts, pattern), known, [pattern]);
      return found;
    });
    checkCount(kinds.length);
  });
  return kinds;
}

function checkCount(kinds: number): void {
  if (kinds <= mostKinds) return;
  throw new UnsupportedSchemaError(
    "patternProperties",
    "",
    `more than ${mostKinds} kinds of names by what patterns they match`,
  );
}

function matcher(views: Views): (texts: TextRegex, name: string) => boolean {
  const keys = new Map<TextRegex, ReturnType<typeof keysOf>>();
  return (texts, name) => {
    let set = keys.get(texts);
    if (!set) keys.set(texts, (set = keysOf(texts)));
    return views.hasKey(set, name);
  };
}
