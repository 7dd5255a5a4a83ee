/** Work and sizes that compiling one schema may take: whatever the schema, it ends. */
import { SchemaBudgetError } from "./errors.ts";

export class Budget {
  readonly #most: number;
  #steps = 0;

  constructor(mostSteps: number) {
    this.#most = mostSteps;
  }

  /** @throws SchemaBudgetError */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#most) throw new SchemaBudgetError("steps of compilation", this.#most);
  }
}
