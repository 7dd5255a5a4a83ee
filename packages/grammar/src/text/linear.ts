/**
 * Recursion at one end of a rule as repetition (Arden, IRE Trans. 1961): the least solution of X = X A | C is C A*, of
 * X = A X | C it is A* C, whatever A and C are.
 */
import { emptyNode, type Node, noNode, orNode, repeatNode, sequenceNode } from "./nodes.ts";

type End = "left" | "right";
/** A node as a union: what there is without the rules, and what stands beside each rule at the end. */
interface Linear {
  readonly constant: Node;
  readonly beside: ReadonlyMap<number, Node>;
}

/** Most rules that are solved together: the result grows with the third power of their number. */
const mostTogether = 16;

/** The body without recursion of the rule into itself at one end; the same body if there is none. */
export function withoutEnds(rule: number, body: Node): Node {
  const left = solveOne(rule, body, "left");
  return solveOne(rule, left, "right");
}

function solveOne(rule: number, body: Node, end: End): Node {
  const linear = linearOf(body, new Set([rule]), end);
  const beside = linear?.beside.get(rule);
  return linear && beside ? closed(beside, linear.constant, end) : body;
}

/**
 * Regular bodies of rules that are recursive through each other at one end only, with what is regular beside them; undefined
 * for others.
 */
export function solveTogether(rules: readonly number[], bodies: readonly Node[]): Node[] | undefined {
  return rules.length > mostTogether
    ? undefined
    : (solveAll(rules, bodies, "right") ?? solveAll(rules, bodies, "left"));
}

function solveAll(rules: readonly number[], bodies: readonly Node[], end: End): Node[] | undefined {
  const set = new Set(rules);
  const system: { constant: Node; beside: Map<number, Node> }[] = [];
  for (const body of bodies) {
    const linear = linearOf(body, set, end);
    if (!linear || [linear.constant, ...linear.beside.values()].some((node) => node.kind !== "text")) return undefined;
    system.push({ constant: linear.constant, beside: new Map(linear.beside) });
  }
  // Gauss: each rule in turn is written without itself, and put into all others
  for (const [index, rule] of rules.entries()) {
    const own = system[index]!;
    const loop = own.beside.get(rule);
    if (loop) {
      own.beside.delete(rule);
      own.constant = closed(loop, own.constant, end);
      for (const [other, node] of own.beside) own.beside.set(other, closed(loop, node, end));
    }
    for (const [otherIndex, other] of system.entries()) {
      const factor = other.beside.get(rule);
      if (otherIndex === index || !factor) continue;
      other.beside.delete(rule);
      other.constant = orNode([other.constant, joined(factor, own.constant, end)]);
      for (const [named, node] of own.beside) {
        other.beside.set(named, orNode([other.beside.get(named) ?? noNode, joined(factor, node, end)]));
      }
    }
  }
  return system.map(({ constant }) => constant);
}

const closed = (loop: Node, node: Node, end: End): Node =>
  joined(repeatNode(loop, 0, Number.POSITIVE_INFINITY), node, end);

/** `outer` at the far side of `inner` from the end. */
const joined = (outer: Node, inner: Node, end: End): Node =>
  sequenceNode(end === "right" ? [outer, inner] : [inner, outer]);

/** Undefined where a rule stands at the end inside of a repetition. */
function linearOf(node: Node, rules: ReadonlySet<number>, end: End): Linear | undefined {
  switch (node.kind) {
    case "rule":
      if (rules.has(node.rule)) return { constant: noNode, beside: new Map([[node.rule, emptyNode]]) };
      return constantOf(node);
    case "or": {
      const parts = node.parts.map((part) => linearOf(part, rules, end));
      return parts.every((part) => part !== undefined) ? union(parts) : undefined;
    }
    case "sequence": {
      const inner = linearOf(end === "right" ? node.parts.at(-1)! : node.parts[0]!, rules, end);
      if (!inner || inner.beside.size === 0) return constantOf(node);
      const outer = sequenceNode(end === "right" ? node.parts.slice(0, -1) : node.parts.slice(1));
      const beside = [...inner.beside].map(([rule, each]): [number, Node] => [rule, joined(outer, each, end)]);
      return { constant: joined(outer, inner.constant, end), beside: new Map(beside) };
    }
    case "repeat":
      if (node.min === 0 && node.max === 1) return linearOf(orNode([node.part, emptyNode]), rules, end);
      return constantOf(node);
    case "text":
    case "tokens":
    case "json":
      return constantOf(node);
    default:
      return node satisfies never;
  }
}

const constantOf = (node: Node): Linear => ({ constant: node, beside: new Map() });

function union(parts: readonly Linear[]): Linear {
  const beside = new Map<number, Node[]>();
  for (const part of parts)
    for (const [rule, node] of part.beside) beside.set(rule, [...(beside.get(rule) ?? []), node]);
  return {
    constant: orNode(parts.map((part) => part.constant)),
    beside: new Map([...beside].map(([rule, nodes]) => [rule, orNode(nodes)])),
  };
}
