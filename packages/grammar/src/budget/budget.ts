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
  /** Steps between two looks at the clock. Absent: 4096. */
  readonly clockSteps?: number | undefined;
}

const usualClockSteps = 4096;

export class Budget {
  readonly #what: string;
  readonly #limits: BudgetLimits;
  #end = Number.POSITIVE_INFINITY;
  #hurriedEnd = Number.POSITIVE_INFINITY;
  #left = 0;
  #untilClock = usualClockSteps;

  /** @param what names the work in the message: `"jsonSchema"` expected … */
  constructor(what: string, limits: BudgetLimits = {}) {
    this.#what = what;
    this.#limits = limits;
    this.restart();
  }

  /** From here on, as if nothing had been spent. */
  restart(): void {
    const { steps, timeMs, unlessWaited, clockSteps = usualClockSteps } = this.#limits;
    this.#left = steps ?? Number.POSITIVE_INFINITY;
    this.#untilClock = clockSteps;
    if (timeMs !== undefined) this.#end = performance.now() + timeMs;
    if (unlessWaited) this.#hurriedEnd = performance.now() + unlessWaited.timeMs;
  }

  /** @throws GrammarBudgetError */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) this.#fail(`${this.#limits.steps} steps`);
    this.#untilClock -= steps;
    if (this.#untilClock > 0) return;
    this.#untilClock = this.#limits.clockSteps ?? usualClockSteps;
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
