/** Automata of rules while they are made: states with jumps that read nothing, which are taken out at the end. */
import type { Rule, RuleEdge, RuleState } from "../rules/grammarRules.ts";

export interface Draft {
  readonly edges: readonly { readonly symbol: RuleEdge["symbol"]; readonly target: Draft }[];
  /** States that are reached without reading. */
  readonly falls: readonly Draft[];
  readonly isAccepting: boolean;
}

export const acceptingDraft = (): Draft => ({ edges: [], falls: [], isAccepting: true });

/**
 * The states from `entry` on, which is state 0 and is left once: it does not accept, the empty text is its rule's caller's.
 * @param spend is told how many edges there are, state by state
 */
export function statesOf(entry: Draft, spend: (edges: number) => void): Rule["states"] {
  const numbers = new Map<Draft, number>();
  const drafts: Draft[] = [];
  const numberOf = (draft: Draft): number => {
    let number = numbers.get(draft);
    if (number === undefined) {
      number = drafts.push(draft);
      numbers.set(draft, number);
    }
    return number;
  };
  const states: RuleState[] = [{ ...stateOf(entry, numberOf), isAccepting: false }];
  spend(states[0]!.edges.length);
  for (let i = 0; i < drafts.length; i++) {
    const state = stateOf(drafts[i]!, numberOf);
    spend(state.edges.length);
    states.push(state);
  }
  return states;
}

/** The edges of all states that are reached without reading, each once. */
function stateOf(draft: Draft, numberOf: (draft: Draft) => number): RuleState {
  const reached = new Set([draft]);
  const edges = new Map<string, RuleEdge>();
  let isAccepting = false;
  for (const each of reached) {
    isAccepting ||= each.isAccepting;
    for (const { symbol, target } of each.edges) {
      const edge = { symbol, target: numberOf(target) };
      edges.set(JSON.stringify(edge), edge);
    }
    for (const fall of each.falls) reached.add(fall);
  }
  return { edges: [...edges.values()], isAccepting };
}
