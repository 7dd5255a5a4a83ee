/**
 * Grammars of one vocabulary on one thread. What expressions, lexer states and masks come to is made as outputs reach it and
 * shared by all grammars.
 */
import { checkInteger, checkOptions } from "@tokenmill/check";
import { Budget, GrammarBudgetError } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { Core } from "./core.ts";
import { Matcher } from "./matcher.ts";
import { Slices } from "./slices.ts";

export interface GrammarEngineOptions {
  /** Steps of up to about a microsecond that one token or one mask may take, integer ≥ 1,000. Absent: 250,000. */
  readonly maskSteps?: number;
  /** Memory for all that is made on the way, in bytes, integer ≥ 2^20; half of it for masks. Absent: 2^27. */
  readonly cacheBytes?: number;
}

const most = Number.MAX_SAFE_INTEGER;
/** Tokens and masks between two looks at how much was made. */
const stepsBetweenLooks = 256;

export class GrammarEngine {
  readonly vocabulary: Vocabulary;
  readonly #budget: Budget;
  readonly #cacheBytes: number;
  readonly #slices: Slices;
  #core: Core;
  #untilLook = stepsBetweenLooks;

  /** @throws TypeError, RangeError */
  constructor(vocabulary: Vocabulary, options: GrammarEngineOptions = {}) {
    const { maskSteps = 250_000, cacheBytes = 2 ** 27 } = checkOptions(
      "options",
      options,
      ["maskSteps", "cacheBytes"],
      "grammar engine option",
    );
    this.vocabulary = vocabulary;
    this.#budget = new Budget("grammar", { steps: checkInteger("maskSteps", maskSteps, { min: 1000, max: most }) });
    this.#cacheBytes = checkInteger("cacheBytes", cacheBytes, { min: 2 ** 20, max: most });
    this.#slices = new Slices(vocabulary.trie);
    this.#core = this.#newCore();
  }

  /** A matcher at the beginning of an output. */
  open(image: GrammarImage): Matcher {
    return new Matcher(this, image);
  }

  /** All that was made so far; another one once it has grown too large. */
  get core(): Core {
    return this.#core;
  }

  /** Begins the work for one token or mask. Where too much was made so far, it is dropped: `core` is another one then. */
  beginStep(): void {
    this.#budget.restart();
    if (--this.#untilLook > 0) return;
    this.#untilLook = stepsBetweenLooks;
    if (this.#core.sizeBytes > this.#cacheBytes / 2) this.#core = this.#newCore();
  }

  /** @throws GrammarBudgetError */
  refuseOutput(): never {
    throw new GrammarBudgetError(`"cacheBytes" expected more than ${this.#cacheBytes} for what this output needs`);
  }

  #newCore(): Core {
    return new Core(this.vocabulary, this.#slices, this.#budget, this.#cacheBytes / 2);
  }
}
