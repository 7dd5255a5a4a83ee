/**
 * A larger language of fewer states: repetitions without their upper bounds. Where it is empty, so is the language itself,
 * and that is seen without following every count.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import { and, anything, concat, or, repeat } from "./texts.ts";

/** Bounds up to this are kept. */
const fewest = 4;

/** Long lists of names are parts of many expressions. */
const known = new WeakMap<TextRegex, TextRegex>();

export function withoutCounts(regex: TextRegex): TextRegex {
  if (regex.kind === "class" || isLiteral(regex)) return regex;
  let wider = known.get(regex);
  if (!wider) known.set(regex, (wider = widen(regex)));
  return wider;
}

function widen(regex: TextRegex): TextRegex {
  switch (regex.kind) {
    case "concat":
      return rebuilt(regex, regex.parts.map(withoutCounts), concat);
    case "or":
      return rebuilt(regex, regex.parts.map(withoutCounts), or);
    case "and":
      return rebuilt(regex, regex.parts.map(withoutCounts), and);
    case "repeat": {
      const isShort = regex.max <= fewest || (regex.max === Infinity && regex.min <= fewest);
      const part = withoutCounts(regex.part);
      if (!isShort) return repeat(part, Math.min(regex.min, fewest));
      return part === regex.part ? regex : repeat(part, regex.min, regex.max);
    }
    case "not":
      // the complement of a larger language is smaller
      return withoutCounts(regex.part) === regex.part ? regex : anything;
    case "none":
    case "class":
    case "multiple":
      return regex;
    default:
      return regex satisfies never;
  }
}

/** Cheaper to see than to remember. */
function isLiteral(regex: TextRegex): boolean {
  return regex.kind === "concat" && regex.parts.every(({ kind }) => kind === "class");
}

function rebuilt(
  regex: TextRegex & { kind: "concat" | "or" | "and" },
  parts: readonly TextRegex[],
  join: (...parts: readonly TextRegex[]) => TextRegex,
): TextRegex {
  return parts.every((part, i) => part === regex.parts[i]) ? regex : join(...parts);
}
