/** Short ways to write a TextRegex; they drop what changes nothing, so that equal languages are often equal data. */
import type { CodeRange } from "../regex/characterSet.ts";
import type { TextRegex } from "../regex/textRegex.ts";

export const none: TextRegex = { kind: "none" };
export const empty: TextRegex = { kind: "concat", parts: [] };
const anyCharacter: TextRegex & { kind: "class" } = {
  kind: "class",
  ranges: [
    [0, 0xd7ff],
    [0xe000, 0x10ffff],
  ],
};
/** Every text. */
export const anything: TextRegex = repeat(anyCharacter, 0);

export function oneOfRanges(...ranges: readonly CodeRange[]): TextRegex {
  return { kind: "class", ranges };
}

/** One of the ASCII characters between two, inclusive. */
export function between(first: string, last: string): TextRegex {
  return oneOfRanges([first.charCodeAt(0), last.charCodeAt(0)]);
}

export function hasLoneSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/u.test(text);
}

/** The text itself. @param text without lone surrogates: no text spells those, so they make it the language of none */
export function literal(text: string): TextRegex {
  if (hasLoneSurrogate(text)) return none;
  const parts = Array.from(text, (character) => characterOf(character.codePointAt(0)!));
  return parts.length === 1 ? parts[0]! : { kind: "concat", parts };
}

/** ASCII characters are the same data wherever they stand. */
const ascii: readonly TextRegex[] = Array.from({ length: 128 }, (_, code) => oneOfRanges([code, code]));

function characterOf(code: number): TextRegex {
  return ascii[code] ?? oneOfRanges([code, code]);
}

/** Whether some text matches, as far as that is seen without intersections and complements. */
export function isSurelySome(regex: TextRegex): boolean {
  switch (regex.kind) {
    case "class":
      return regex.ranges.length > 0;
    case "concat":
      return regex.parts.every(isSurelySome);
    case "or":
      return regex.parts.some(isSurelySome);
    case "repeat":
      return regex.min === 0 || isSurelySome(regex.part);
    case "multiple":
      return regex.remainder === 0;
    case "not":
      return isFinite(regex.part);
    case "and":
    case "none":
      return false;
    default:
      return regex satisfies never;
  }
}

/** Whether no text matches, as far as is seen of two things that it must match. */
export function isSurelyNone(regex: TextRegex): boolean {
  if (regex.kind !== "and" || regex.parts.length !== 2) return regex.kind === "none";
  return areSurelyApart(regex.parts[0]!, regex.parts[1]!);
}

/** Alternatives that are compared one by one. */
const mostCompared = 8;

/** Whether no text is of both, as far as their first characters show. */
export function areSurelyApart(a: TextRegex, b: TextRegex): boolean {
  if (a.kind === "or") return a.parts.length <= mostCompared && a.parts.every((part) => areSurelyApart(part, b));
  if (b.kind === "or") return areSurelyApart(b, a);
  const [first, second] = [firstCharacters(a), firstCharacters(b)];
  return first.some((ranges, i) => {
    const others = second[i] ?? anyCharacter.ranges;
    return ranges.every(([low, high]) => others.every(([from, to]) => high < from || to < low));
  });
}

/** What may stand at the first places of every text, as far as they are single characters. */
function firstCharacters(regex: TextRegex): (readonly CodeRange[])[] {
  const found: (readonly CodeRange[])[] = [];
  let rest: TextRegex | undefined = regex;
  while (rest) {
    const parts: readonly TextRegex[] = rest.kind === "concat" ? rest.parts : [rest];
    rest = undefined;
    for (const part of parts) {
      if (part.kind === "class") {
        found.push(part.ranges);
        continue;
      }
      // the rest of a sequence is often a sequence in it
      if (part.kind === "concat") rest = part;
      break;
    }
  }
  return found;
}

/** Whether it is a list of texts, however long: then there are others. */
function isFinite(regex: TextRegex): boolean {
  return regex.kind === "class" || ((regex.kind === "concat" || regex.kind === "or") && regex.parts.every(isFinite));
}

export function concat(...parts: readonly TextRegex[]): TextRegex {
  if (parts.some((part) => part.kind === "none")) return none;
  if (parts.length === 1) return parts[0]!;
  const flat = parts.flatMap((part) => (part.kind === "concat" ? part.parts : [part]));
  return flat.length === 1 ? flat[0]! : { kind: "concat", parts: flat };
}

export function or(...parts: readonly TextRegex[]): TextRegex {
  const some = parts.filter(({ kind }) => kind !== "none");
  if (some.length === 1) return some[0]!;
  const flat = new Set(some.flatMap((part) => (part.kind === "or" ? part.parts : [part])));
  if (flat.has(anything)) return anything;
  return flat.size === 0 ? none : flat.size === 1 ? [...flat][0]! : { kind: "or", parts: [...flat] };
}

export function and(...parts: readonly TextRegex[]): TextRegex {
  const narrow = parts.filter((part) => part !== anything);
  if (narrow.length === 1) return narrow[0]!;
  const flat = new Set(narrow.flatMap((part) => (part.kind === "and" ? part.parts : [part])));
  for (const part of flat) if (part.kind === "none") return none;
  return flat.size === 0 ? anything : flat.size === 1 ? [...flat][0]! : { kind: "and", parts: [...flat] };
}

export function not(part: TextRegex): TextRegex {
  if (part.kind === "not") return part.part;
  if (part === anything) return none;
  return part.kind === "none" ? anything : { kind: "not", part };
}

export function repeat(part: TextRegex, min: number, max: number = Infinity): TextRegex {
  if (max === 0) return empty;
  return min === 1 && max === 1 ? part : { kind: "repeat", part, min, max };
}

export function optional(part: TextRegex): TextRegex {
  return repeat(part, 0, 1);
}

/** Any text of so many code points. */
export function ofLength(min: number, max: number): TextRegex {
  return min === 0 && max === Infinity ? anything : repeat(anyCharacter, min, max);
}

export const digit: TextRegex = between("0", "9");
