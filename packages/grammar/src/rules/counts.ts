/** The counter of a rule's body: where its bounds change what is possible, and which states can still come to an end. */
import type { CountBounds, Rule, RuleEdge } from "./grammarRules.ts";

/** Most changes of what is live that one body may have. */
const mostRuns = 10_000;

/** From a count on: the states from which the body can end. */
export interface Run {
  readonly from: number;
  readonly live: Uint8Array;
}

export class CountedBody {
  readonly #rule: Rule;
  readonly #edges: readonly (readonly RuleEdge[])[];
  /** By state: edges to it, and states that have its edges too. */
  readonly #incoming: readonly { readonly from: number; readonly edge: RuleEdge | undefined }[][];
  /** Counts from here on are all alike. */
  readonly saturation: number;
  /** In rising order of counts. */
  readonly runs: readonly Run[];

  /** @param canFollow edges whose symbol has a text at all @throws RangeError for counts that cannot be followed */
  constructor(rule: Rule, canFollow: (edge: RuleEdge) => boolean) {
    this.#rule = rule;
    this.#edges = rule.states.map(({ edges }) => (edges.every(canFollow) ? edges : edges.filter(canFollow)));
    this.#incoming = rule.states.map(() => []);
    rule.states.forEach(({ also }, from) => {
      for (const edge of this.#edges[from]!) this.#incoming[edge.target]!.push({ from, edge });
      if (also !== undefined) this.#incoming[also]!.push({ from, edge: undefined });
    });
    const starts = new Set([0]);
    const addBounds = (bounds: CountBounds | undefined): void => {
      if (bounds === undefined) return;
      for (const at of [bounds.min, bounds.max + 1]) if (at > 0 && at < 2 ** 31) starts.add(at);
    };
    for (const { edges, acceptingCount } of rule.states) {
      addBounds(acceptingCount);
      for (const { ifCount } of edges) addBounds(ifCount);
    }
    const sorted = [...starts].sort((a, b) => a - b);
    this.saturation = sorted.at(-1)!;
    this.runs = this.#findRuns(sorted);
  }

  isLive(state: number, count: number): boolean {
    const { runs } = this;
    let [low, high] = [0, runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (runs[middle]!.from <= count) low = middle;
      else high = middle - 1;
    }
    return runs[low]!.live[state] === 1;
  }

  isAccepting(state: number, count: number): boolean {
    const { isAccepting, acceptingCount } = this.#rule.states[state]!;
    return isAccepting && isWithin(acceptingCount, count);
  }

  /** Edges that are there at the count and whose target can still end. */
  edges(state: number, count: number): { edge: RuleEdge; count: number }[] {
    const all: RuleEdge[] = [];
    for (let at: number | undefined = state; at !== undefined; at = this.#rule.states[at]!.also) {
      all.push(...this.#edges[at]!);
    }
    return all
      .filter(({ ifCount }) => isWithin(ifCount, count))
      .map((edge) => ({ edge, count: edge.counts ? Math.min(count + 1, this.saturation) : count }))
      .filter(({ edge, count: next }) => this.isLive(edge.target, next));
  }

  /** From the largest counts down: what is live at a count depends on what is at the next. */
  #findRuns(starts: readonly number[]): Run[] {
    let above = this.#liveAt(this.saturation, undefined);
    const runs: Run[] = [{ from: this.saturation, live: above }];
    for (let i = starts.length - 2; i >= 0; i--) {
      const from = starts[i]!;
      for (let count = starts[i + 1]! - 1; count >= from; count--) {
        const live = this.#liveAt(count, above);
        if (live.every((each, state) => each === above[state])) {
          // what is the same once stays so down to where bounds change
          runs.push({ from, live });
          break;
        }
        runs.push({ from: count, live });
        if (runs.length > mostRuns) {
          throw new RangeError(`rule ${this.#rule.name} expected counts that at most ${mostRuns} cases tell apart`);
        }
        above = live;
      }
    }
    return runs.reverse();
  }

  /** @param above what is live at the next count; absent: the same, counts being saturated */
  #liveAt(count: number, above: Uint8Array | undefined): Uint8Array {
    const { states } = this.#rule;
    const live = new Uint8Array(states.length);
    for (let state = 0; state < states.length; state++) live[state] = Number(this.isAccepting(state, count));
    const pending = states.flatMap((_, state) => (live[state] ? [state] : []));
    const reach = (state: number): void => {
      if (live[state]) return;
      live[state] = 1;
      pending.push(state);
    };
    // edges that count lead to what is live at the next count
    if (above) {
      this.#edges.forEach((edges, state) => {
        if (edges.some(({ target, counts, ifCount }) => counts && above[target] && isWithin(ifCount, count)))
          reach(state);
      });
    }
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      for (const { from, edge } of this.#incoming[state]!) {
        if (!edge || ((!above || !edge.counts) && isWithin(edge.ifCount, count))) reach(from);
      }
    }
    return live;
  }
}

function isWithin(bounds: CountBounds | undefined, count: number): boolean {
  return bounds === undefined || (count >= bounds.min && count <= bounds.max);
}
