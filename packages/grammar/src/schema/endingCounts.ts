/** From which counts each state of a body reaches an end: a least fixpoint, backwards from the accepting states. */
import type { Budget } from "../budget/budget.ts";
import type { RuleEdge } from "../rules/grammarRules.ts";
import { areEqualCounts, type CountSet, everyCount, lowerCounts, meetCounts, uniteCounts } from "./countSets.ts";
import type { RuleBody } from "./ruleBody.ts";

interface Incoming {
  readonly from: number;
  /** Undefined where the edges from the state are also those from the other. */
  readonly edge: RuleEdge | undefined;
}

/** By state. @param canRead whether some text is read by the edge's symbol */
export function endingCounts(body: RuleBody, canRead: (edge: RuleEdge) => boolean, budget: Budget): CountSet[] {
  const { states } = body;
  const incoming: Incoming[][] = states.map(() => []);
  states.forEach(({ edges, also }, from) => {
    for (const edge of edges) if (canRead(edge)) incoming[edge.target]!.push({ from, edge });
    if (also !== undefined) incoming[also]!.push({ from, edge: undefined });
  });
  const loops = countingLoops(body, canRead);
  const ends: CountSet[] = states.map(() => []);
  const pending = new Set<number>();
  const widen = (state: number, counts: CountSet): void => {
    const united = uniteCounts([ends[state]!, counts]);
    // around a loop that counts up by one, with nothing but upper bounds on its edges, every smaller count does as well
    const closed = loops[state] && united.length > 0 ? [{ min: 0, max: united.at(-1)!.max }] : united;
    if (areEqualCounts(closed, ends[state]!)) return;
    ends[state] = closed;
    pending.add(state);
  };
  states.forEach(({ isAccepting }, state) => {
    if (isAccepting) widen(state, everyCount);
  });
  for (const state of pending) {
    pending.delete(state);
    budget.spend(1 + (incoming[state]!.length >> 3));
    for (const { from, edge } of incoming[state]!) {
      const before = edge?.counts ? lowerCounts(ends[state]!, 1) : ends[state]!;
      widen(from, edge?.ifCount ? meetCounts([edge.ifCount], before) : before);
    }
  }
  return ends;
}

/** By state: whether it lies on a loop that counts. Components by Tarjan's algorithm, with a stack of its own. */
function countingLoops({ states }: RuleBody, canRead: (edge: RuleEdge) => boolean): boolean[] {
  const hasCounts = states.some(({ edges }) => edges.some(({ counts }) => counts));
  if (!hasCounts) return states.map(() => false);
  const component = componentsOf(
    states.map(({ edges, also }) => [
      ...edges.filter(canRead).map(({ target }) => target),
      ...(also === undefined ? [] : [also]),
    ]),
  );
  const counting = new Set<number>();
  states.forEach(({ edges }, from) => {
    for (const edge of edges) {
      if (edge.counts && canRead(edge) && component[edge.target] === component[from]) counting.add(component[from]!);
    }
  });
  return states.map((_, state) => counting.has(component[state]!));
}

function componentsOf(targets: readonly (readonly number[])[]): number[] {
  const order = targets.map(() => -1);
  const lowest = targets.map(() => -1);
  const component = targets.map(() => -1);
  const open: number[] = [];
  let [count, components] = [0, 0];
  for (let root = 0; root < targets.length; root++) {
    if (order[root] !== -1) continue;
    const path = [{ state: root, next: 0 }];
    order[root] = lowest[root] = count++;
    open.push(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const target = targets[top.state]![top.next++];
      if (target === undefined) {
        path.pop();
        const above = path.at(-1);
        if (above) lowest[above.state] = Math.min(lowest[above.state]!, lowest[top.state]!);
        if (lowest[top.state] !== order[top.state]) continue;
        for (let member = open.pop()!; ; member = open.pop()!) {
          component[member] = components;
          if (member === top.state) break;
        }
        components++;
      } else if (order[target] === -1) {
        order[target] = lowest[target] = count++;
        open.push(target);
        path.push({ state: target, next: 0 });
      } else if (component[target] === -1) lowest[top.state] = Math.min(lowest[top.state]!, order[target]!);
    }
  }
  return component;
}
