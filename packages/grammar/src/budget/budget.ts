/** Work that a specification or a mask may take: steps and time, counted where the work is done. */

/** What was too much; the specification or the row that it belongs to fails alone. */
export class GrammarBudgetError extends RangeError {
  override readonly name = "GrammarBudgetError";
  readonly code = "grammar_budget";
}

/** What took longer than others want to wait: it may go on elsewhere. */
export class HurriedError extends GrammarBudgetError {}

export interface BudgetLimits {
  /** Absent: no limit. */
  readonly timeMs?: number | undefined;
  /** Steps of the work, of about 0.1 to 1 µs. Absent: no limit. */
  readonly steps?: number | undefined;
  /** Time after which it ends once others are pending. Absent: never. */
  readonly unlessWaited?: { readonly timeMs: number; readonly isWaited: () => boolean } | undefined;
}

/** Between two looks at the clock. */
const clockSteps = 4096;

export class Budget {
  readonly #what: string;
  readonly #limits: BudgetLimits;
  #end = Number.POSITIVE_INFINITY;
  #hurriedEnd = Number.POSITIVE_INFINITY;
  /** Steps until it looks at what is left; below 0: so many were spent beyond. */
  #untilLook = 0;
  /** Steps that are left then. */
  #rest = 0;

  /** @param what names the work in the message: `"jsonSchema"` expected … */
  constructor(what: string, limits: BudgetLimits = {}) {
    this.#what = what;
    this.#limits = limits;
    this.restart();
  }

  /** From here on, as if nothing had been spent. */
  restart(): void {
    const { steps, timeMs, unlessWaited } = this.#limits;
    this.#untilLook = 0;
    this.#rest = steps ?? Number.POSITIVE_INFINITY;
    if (timeMs !== undefined) this.#end = performance.now() + timeMs;
    if (unlessWaited) this.#hurriedEnd = performance.now() + unlessWaited.timeMs;
  }

  /** Stands in all loops: what it does seldom is a function of its own. @throws GrammarBudgetError */
  spend(steps: number): void {
    this.#untilLook -= steps;
    if (this.#untilLook <= 0) this.#look();
  }

  #look(): void {
    const left = this.#rest + this.#untilLook;
    if (left < 0) this.#fail(`${this.#limits.steps} steps`);
    this.#untilLook = Math.min(left, clockSteps);
    this.#rest = left - this.#untilLook;
    if (this.#end === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    if (now > this.#end) this.#fail(`${this.#limits.timeMs} ms`);
    if (now > this.#hurriedEnd && this.#limits.unlessWaited!.isWaited()) {
      throw new HurriedError(`"${this.#what}" expected one that takes less time while others wait`);
    }
  }

  #fail(most: string): never {
    throw new GrammarBudgetError(`"${this.#what}" expected one that takes at most ${most}: it is too large`);
  }
}
