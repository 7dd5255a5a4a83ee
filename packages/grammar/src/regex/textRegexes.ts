/** Makers of text regexes, which fold what is plain at once: one spelling for nothing, for the empty text, for a single part. */
import { complementOf, type CodeRange } from "./characterSet.ts";
import type { TextRegex } from "./textRegex.ts";

export const noText: TextRegex = { kind: "none" };
export const emptyText: TextRegex = { kind: "concat", parts: [] };
/** One character of any kind. */
export const anyCharacter: TextRegex = { kind: "class", ranges: complementOf([[0xd800, 0xdfff]]) };
/** Every text. */
export const anyText: TextRegex = { kind: "repeat", part: anyCharacter, min: 0, max: Number.POSITIVE_INFINITY };

export const isNone = (regex: TextRegex): boolean => regex.kind === "none";
export const isEmptyText = (regex: TextRegex): boolean => regex.kind === "concat" && regex.parts.length === 0;

/** One character of these; ranges in any order, surrogates left out. */
export function characterOf(ranges: readonly CodeRange[]): TextRegex {
  const sorted = complementOf([...complementOf(ranges), [0xd800, 0xdfff]]);
  return sorted.length === 0 ? noText : { kind: "class", ranges: sorted };
}

/** One character that is none of these. */
export function characterExcept(ranges: readonly CodeRange[]): TextRegex {
  return characterOf(complementOf(ranges));
}

/** Exactly this text. @param text without lone surrogates */
export function literalText(text: string): TextRegex {
  return concatText(
    Array.from(text).map((character) => {
      const code = character.codePointAt(0)!;
      return { kind: "class", ranges: [[code, code]] };
    }),
  );
}

export function concatText(parts: readonly TextRegex[]): TextRegex {
  if (parts.some(isNone)) return noText;
  const kept = parts.filter((part) => !isEmptyText(part));
  return kept.length === 1 ? kept[0]! : { kind: "concat", parts: kept };
}

export function orText(parts: readonly TextRegex[]): TextRegex {
  const kept = [...new Set(parts)].filter((part) => !isNone(part));
  if (kept.length <= 1) return kept[0] ?? noText;
  return { kind: "or", parts: kept };
}

export function repeatText(part: TextRegex, min: number, max: number): TextRegex {
  if (max === 0 || isEmptyText(part)) return emptyText;
  if (isNone(part)) return min === 0 ? emptyText : noText;
  return min === 1 && max === 1 ? part : { kind: "repeat", part, min, max };
}

export function andText(parts: readonly TextRegex[]): TextRegex {
  if (parts.some(isNone)) return noText;
  return parts.length === 1 ? parts[0]! : { kind: "and", parts };
}

export function notText(part: TextRegex): TextRegex {
  return part.kind === "not" ? part.part : { kind: "not", part };
}

/** Whether the empty text matches. Asks each shared part once. */
export function matchesEmpty(regex: TextRegex, known: Map<TextRegex, boolean> = new Map()): boolean {
  const asked = known.get(regex);
  if (asked !== undefined) return asked;
  const answer = matchesEmptyIn(regex, known);
  known.set(regex, answer);
  return answer;
}

function matchesEmptyIn(regex: TextRegex, known: Map<TextRegex, boolean>): boolean {
  switch (regex.kind) {
    case "none":
    case "class":
      return false;
    case "concat":
    case "and":
      return regex.parts.every((part) => matchesEmpty(part, known));
    case "or":
      return regex.parts.some((part) => matchesEmpty(part, known));
    case "not":
      return !matchesEmpty(regex.part, known);
    case "multiple":
      return regex.remainder === 0;
    case "repeat":
      return regex.min === 0 || matchesEmpty(regex.part, known);
    default:
      return regex satisfies never;
  }
}
