/** Rules without what cannot end: parts that no text fits, and rules that go on for ever, are left out. */
import type { Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { type Node, noNode, orNode, repeatNode, sequenceNode } from "./nodes.ts";

/** Bodies by rule; of a rule that no text fits `noNode`. */
export function withoutEndless(bodies: readonly Node[], expressions: Expressions): Node[] {
  const hasText = hasTextIn(expressions);
  const ends = leastRules(bodies, (node, rules) => endsIn(node, rules, hasText));
  const kept = (node: Node): Node => {
    switch (node.kind) {
      case "text":
        return hasText(node.regex) ? node : noNode;
      case "tokens":
        return node.ranges.length > 0 ? node : noNode;
      case "rule":
        return ends[node.rule] ? node : noNode;
      case "sequence":
        return sequenceNode(node.parts.map(kept));
      case "or":
        return orNode(node.parts.map(kept));
      case "repeat":
        return repeatNode(kept(node.part), node.min, node.max);
      case "json":
        return node;
      default:
        return node satisfies never;
    }
  };
  return bodies.map((body, rule) => (ends[rule] ? kept(body) : noNode));
}

/** The least set of rules with a property that follows from that of the rules they name. */
export function leastRules(bodies: readonly Node[], holds: (body: Node, rules: Uint8Array) => boolean): Uint8Array {
  const rules = new Uint8Array(bodies.length);
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    // rules tend to name later ones
    for (let rule = bodies.length - 1; rule >= 0; rule--) {
      if (rules[rule] || !holds(bodies[rule]!, rules)) continue;
      rules[rule] = 1;
      hasChanged = true;
    }
  }
  return rules;
}

function endsIn(node: Node, rules: Uint8Array, hasText: (regex: TextRegex) => boolean): boolean {
  switch (node.kind) {
    case "text":
      return hasText(node.regex);
    case "tokens":
      return node.ranges.length > 0;
    case "rule":
      return rules[node.rule] === 1;
    case "sequence":
      return node.parts.every((part) => endsIn(part, rules, hasText));
    case "or":
      return node.parts.some((part) => endsIn(part, rules, hasText));
    case "repeat":
      return node.min === 0 || endsIn(node.part, rules, hasText);
    case "json":
      return true;
    default:
      return node satisfies never;
  }
}

function hasTextIn(expressions: Expressions): (regex: TextRegex) => boolean {
  const known = new Map<TextRegex, boolean>();
  return (regex) => {
    let answer = known.get(regex);
    if (answer === undefined) {
      answer = !expressions.isEmpty(expressions.text(regex, "utf8"));
      known.set(regex, answer);
    }
    return answer;
  };
}
