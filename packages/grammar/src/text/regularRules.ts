/**
 * What of a grammar is regular becomes regexes: rules that are not recursive, or recursive at one end only. They are put in
 * where they are named, so that a lexeme is as long as it can be.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import { componentsOf } from "../rules/components.ts";
import { limits } from "./limits.ts";
import { solveTogether, withoutEnds } from "./linear.ts";
import { type Node, orNode, repeatNode, rulesIn, sequenceNode, type TextGrammar } from "./nodes.ts";

/** Bodies by rule, with regular rules in place of their names. */
export function withRegularRules({ rules }: TextGrammar): Node[] {
  const targets = rules.map(({ body }) => [...new Set(rulesIn(body))]);
  const bodies = rules.map(({ body }) => body);
  const depths = new Map<TextRegex, number>();
  const isRegular = new Uint8Array(rules.length);
  const put = (node: Node): Node => {
    switch (node.kind) {
      case "rule":
        return isRegular[node.rule] ? bodies[node.rule]! : node;
      case "sequence":
        return sequenceNode(node.parts.map(put));
      case "or":
        return orNode(node.parts.map(put));
      case "repeat":
        return repeatNode(put(node.part), node.min, node.max);
      case "text":
      case "tokens":
      case "json":
        return node;
      default:
        return node satisfies never;
    }
  };
  for (const component of componentsOf(targets)) {
    const put1 = component.map((rule) => put(bodies[rule]!));
    const solved =
      (component.length > 1 ? solveTogether(component, put1) : undefined) ??
      put1.map((body, index) => withoutEnds(component[index]!, body));
    for (const [index, rule] of component.entries()) {
      const body = solved[index]!;
      bodies[rule] = body;
      if (body.kind === "text" && depthOf(body.regex, depths) <= limits.regexDepth) isRegular[rule] = 1;
    }
  }
  return bodies;
}

/** Parts inside each other; what is shared is asked once. */
function depthOf(regex: TextRegex, known: Map<TextRegex, number>): number {
  let depth = known.get(regex);
  if (depth === undefined) {
    const parts = "parts" in regex ? regex.parts : "part" in regex ? [regex.part] : [];
    depth = 1 + parts.reduce((deepest, part) => Math.max(deepest, depthOf(part, known)), 0);
    known.set(regex, depth);
  }
  return depth;
}
