/** States of a body by what they stand for; their edges are added one state after the other. */
import type { Budget } from "../budget/budget.ts";
import type { RuleBody } from "./ruleBody.ts";

const stepsPerState = 4;

export class StateTable {
  readonly #body: RuleBody;
  readonly #budget: Budget;
  readonly #states = new Map<string, number>();
  readonly #pending: (() => void)[] = [];

  constructor(body: RuleBody, budget: Budget) {
    this.#body = body;
    this.#budget = budget;
  }

  state(key: string, addEdges: (state: number) => void): number {
    let state = this.#states.get(key);
    if (state === undefined) {
      this.#budget.spend(stepsPerState);
      const made = (state = this.#body.addState());
      this.#states.set(key, made);
      this.#pending.push(() => addEdges(made));
    }
    return state;
  }

  /** Adds the edges of all states. */
  fill(): void {
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
  }
}
