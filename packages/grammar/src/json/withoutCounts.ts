/**
 * A larger language of fewer states: repetitions without their upper bounds. Where it is empty, so is the language itself,
 * and that is seen without following every count.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import { and, anything, concat, or, repeat } from "./texts.ts";

/** Bounds up to this are kept. */
const fewest = 4;

export function withoutCounts(regex: TextRegex, known: Map<TextRegex, TextRegex> = new Map()): TextRegex {
  let wider = known.get(regex);
  if (!wider) known.set(regex, (wider = widen(regex, known)));
  return wider;
}

function widen(regex: TextRegex, known: Map<TextRegex, TextRegex>): TextRegex {
  const inside = (part: TextRegex): TextRegex => withoutCounts(part, known);
  switch (regex.kind) {
    case "concat":
      return rebuilt(regex, regex.parts.map(inside), concat);
    case "or":
      return rebuilt(regex, regex.parts.map(inside), or);
    case "and":
      return rebuilt(regex, regex.parts.map(inside), and);
    case "repeat": {
      const isShort = regex.max <= fewest || (regex.max === Infinity && regex.min <= fewest);
      const part = inside(regex.part);
      if (!isShort) return repeat(part, Math.min(regex.min, fewest));
      return part === regex.part ? regex : repeat(part, regex.min, regex.max);
    }
    case "not":
      // the complement of a larger language is smaller
      return inside(regex.part) === regex.part ? regex : anything;
    case "none":
    case "class":
    case "multiple":
      return regex;
    default:
      return regex satisfies never;
  }
}

function rebuilt(
  regex: TextRegex & { kind: "concat" | "or" | "and" },
  parts: readonly TextRegex[],
  join: (...parts: readonly TextRegex[]) => TextRegex,
): TextRegex {
  return parts.every((part, i) => part === regex.parts[i]) ? regex : join(...parts);
}
