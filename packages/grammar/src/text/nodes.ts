/** What the parsers of every notation make: rules over regular parts, tokens, each other, and grammars of other kinds. */
import type { TextRegex } from "../regex/textRegex.ts";
import { concatText, emptyText, isEmptyText, isNone, noText, orText, repeatText } from "../regex/textRegexes.ts";

export type Node =
  | { readonly kind: "text"; readonly regex: TextRegex }
  /** One special token of these: inclusive ranges of ids. */
  | { readonly kind: "tokens"; readonly ranges: readonly TokenRange[] }
  | { readonly kind: "rule"; readonly rule: number }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "or"; readonly parts: readonly Node[] }
  /** `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly part: Node; readonly min: number; readonly max: number }
  /** JSON of a schema. */
  | { readonly kind: "json"; readonly schema: unknown };

export type TokenRange = readonly [first: number, last: number];

export interface NamedRule {
  /** For messages. */
  readonly name: string;
  readonly body: Node;
}

export interface TextGrammar {
  readonly rules: readonly NamedRule[];
  /** Index of the rule that is the whole output. */
  readonly start: number;
}

export const textNode = (regex: TextRegex): Node => ({ kind: "text", regex });
export const emptyNode: Node = textNode(emptyText);
export const noNode: Node = textNode(noText);

const isNothing = (node: Node): boolean => node.kind === "text" && isNone(node.regex);
const isEmpty = (node: Node): boolean => node.kind === "text" && isEmptyText(node.regex);

/** Parts one after the other; neighbours that are regular become one regex, so that they are one lexeme. */
export function sequenceNode(parts: readonly Node[]): Node {
  if (parts.some(isNothing)) return noNode;
  const kept: Node[] = [];
  let run: TextRegex[] = [];
  const endRun = (): void => {
    if (run.length > 0) kept.push(textNode(concatText(run)));
    run = [];
  };
  for (const part of parts) {
    if (isEmpty(part)) continue;
    if (part.kind === "text") run.push(part.regex);
    else {
      endRun();
      kept.push(part);
    }
  }
  endRun();
  if (kept.length <= 1) return kept[0] ?? emptyNode;
  return { kind: "sequence", parts: kept };
}

/** One of the parts; all that are regular become one regex. */
export function orNode(parts: readonly Node[]): Node {
  const regexes = parts.flatMap((part) => (part.kind === "text" ? [part.regex] : []));
  const regular = textNode(orText(regexes));
  const others = parts.filter((part) => part.kind !== "text");
  const kept = isNothing(regular) ? others : [regular, ...others];
  if (kept.length <= 1) return kept[0] ?? noNode;
  return { kind: "or", parts: kept };
}

export function repeatNode(part: Node, min: number, max: number): Node {
  if (part.kind === "text") return textNode(repeatText(part.regex, min, max));
  if (max === 0) return emptyNode;
  return min === 1 && max === 1 ? part : { kind: "repeat", part, min, max };
}

/** The rules that a node names, each as often as it does. */
export function rulesIn(node: Node): number[] {
  switch (node.kind) {
    case "rule":
      return [node.rule];
    case "sequence":
    case "or":
      return node.parts.flatMap(rulesIn);
    case "repeat":
      return rulesIn(node.part);
    case "text":
    case "tokens":
    case "json":
      return [];
    default:
      return node satisfies never;
  }
}

/** The node with the numbers of its rules so much higher. */
export function withRulesFrom(node: Node, base: number): Node {
  switch (node.kind) {
    case "rule":
      return { kind: "rule", rule: node.rule + base };
    case "sequence":
      return sequenceNode(node.parts.map((part) => withRulesFrom(part, base)));
    case "or":
      return orNode(node.parts.map((part) => withRulesFrom(part, base)));
    case "repeat":
      return repeatNode(withRulesFrom(node.part, base), node.min, node.max);
    case "text":
    case "tokens":
    case "json":
      return node;
    default:
      return node satisfies never;
  }
}
