/** A plain recogniser of parsed grammars: facts "this rule reads the characters from i to j", added until none is new. */
import type { Node, TextGrammar } from "../text/nodes.ts";
import { textMatches } from "./textMatches.ts";

export function nodeMatches({ rules, start }: TextGrammar, text: string): boolean {
  const characters = Array.from(text);
  const { length } = characters;
  const facts = rules.map(() => new Set<string>());
  /** Places that the node may end at when it begins at one of these. */
  const ends = (node: Node, from: ReadonlySet<number>): Set<number> => {
    const found = new Set<number>();
    switch (node.kind) {
      case "text":
        for (const i of from) {
          for (let j = i; j <= length; j++) if (textMatches(node.regex, characters.slice(i, j).join(""))) found.add(j);
        }
        return found;
      case "rule":
        for (const i of from) for (let j = i; j <= length; j++) if (facts[node.rule]!.has(`${i} ${j}`)) found.add(j);
        return found;
      case "sequence":
        return node.parts.reduce((at, part) => ends(part, at), new Set(from));
      case "or":
        for (const part of node.parts) for (const end of ends(part, from)) found.add(end);
        return found;
      case "repeat": {
        let at = new Set(from);
        if (node.min === 0) for (const i of at) found.add(i);
        // a part that reads nothing adds nothing: more rounds than characters change nothing
        for (let count = 1; count <= Math.min(node.max, node.min + length + 1) && at.size > 0; count++) {
          at = ends(node.part, at);
          if (count >= node.min) for (const i of at) found.add(i);
        }
        return found;
      }
      case "tokens":
      case "json":
      default:
        throw new Error(`no such kind: ${node.kind}`);
    }
  };
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const [rule, { body }] of rules.entries()) {
      for (let i = 0; i <= length; i++) {
        for (const j of ends(body, new Set([i]))) {
          const fact = `${i} ${j}`;
          if (facts[rule]!.has(fact)) continue;
          facts[rule]!.add(fact);
          hasChanged = true;
        }
      }
    }
  }
  return facts[start]!.has(`0 ${length}`);
}
