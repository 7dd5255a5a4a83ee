/** Assertions in regular expressions: where they stand, and how far they look. */
import type { AST } from "@eslint-community/regexpp";

interface Lengths {
  readonly min: number;
  readonly max: number;
}

export function hasAssertion(part: AST.Element): boolean {
  if (part.type === "Assertion") return true;
  if (part.type === "Quantifier") return hasAssertion(part.element);
  if (part.type !== "CapturingGroup" && part.type !== "Group") return false;
  return part.alternatives.some(({ elements }) => elements.some(hasAssertion));
}

/**
 * Whether what the part says of a text is settled within it, between so many characters before and after at least: then
 * the part is the same wherever it stands.
 */
export function isSettled(part: AST.Element, before: number, after: number): boolean {
  if (!hasAssertion(part)) return true;
  if (part.type === "Assertion") return isAssertionSettled(part, before, after);
  if (part.type === "Quantifier") return isSettled(part.element, before, after);
  if (part.type !== "CapturingGroup" && part.type !== "Group") return true;
  return part.alternatives.every(({ elements }) =>
    elements.every((each, i) => {
      const [left, right] = [elements.slice(0, i), elements.slice(i + 1)];
      return isSettled(each, before + sequence(left).min, after + sequence(right).min);
    }),
  );
}

/** The first assertion of these kinds that is settled only by what stands outside all of the alternatives. */
export function firstUnsettled(
  alternatives: readonly AST.Alternative[],
  kinds: readonly AST.Assertion["kind"][],
  before = 0,
  after = 0,
): AST.Assertion | undefined {
  for (const { elements } of alternatives) {
    for (const [i, each] of elements.entries()) {
      const [left, right] = [sequence(elements.slice(0, i)).min, sequence(elements.slice(i + 1)).min];
      const found = firstUnsettledIn(each, kinds, before + left, after + right);
      if (found) return found;
    }
  }
  return undefined;
}

function firstUnsettledIn(
  part: AST.Element,
  kinds: readonly AST.Assertion["kind"][],
  before: number,
  after: number,
): AST.Assertion | undefined {
  if (part.type === "Assertion") {
    return kinds.includes(part.kind) && !isAssertionSettled(part, before, after) ? part : undefined;
  }
  if (part.type === "Quantifier") return firstUnsettledIn(part.element, kinds, before, after);
  if (part.type !== "CapturingGroup" && part.type !== "Group") return undefined;
  return firstUnsettled(part.alternatives, kinds, before, after);
}

function isAssertionSettled(assertion: AST.Assertion, before: number, after: number): boolean {
  if (assertion.kind === "word") return before > 0 && after > 0;
  if (assertion.kind === "lookbehind") return before > 0;
  if (assertion.kind !== "lookahead") return false;
  const alternatives = assertion.alternatives.map(({ elements }) => elements);
  return alternatives.every((elements) => !elements.some(hasAssertion) && sequence(elements).max <= after);
}

function sequence(elements: readonly AST.Element[]): Lengths {
  const all = elements.map(lengthsOf);
  return { min: all.reduce((sum, { min }) => sum + min, 0), max: all.reduce((sum, { max }) => sum + max, 0) };
}

/** In characters. */
export function lengthsOf(part: AST.Element): Lengths {
  switch (part.type) {
    case "Character":
    case "CharacterClass":
    case "CharacterSet":
      return { min: 1, max: 1 };
    case "CapturingGroup":
    case "Group": {
      const all = part.alternatives.map(({ elements }) => sequence(elements));
      return { min: Math.min(...all.map(({ min }) => min)), max: Math.max(...all.map(({ max }) => max)) };
    }
    case "Quantifier": {
      const { min, max } = lengthsOf(part.element);
      return { min: min * part.min, max: max === 0 || part.max === 0 ? 0 : max * part.max };
    }
    case "Assertion":
      return { min: 0, max: 0 };
    case "Backreference":
    case "ExpressionCharacterClass":
      return { min: 0, max: Number.POSITIVE_INFINITY };
    default:
      return part satisfies never;
  }
}
