/** A matcher that keeps its grammar until it is released, and until its forks are. */
import type { GrammarMatcher } from "@tokenmill/contracts";
import type { Matcher } from "../run/matcher.ts";

/** Users of one compiled grammar. */
interface Hold {
  users: number;
  readonly release: () => void;
}

export class HeldMatcher implements GrammarMatcher {
  readonly #matcher: Matcher;
  readonly #hold: Hold;
  #isReleased = false;

  /** @param release gives the grammar up */
  constructor(matcher: Matcher, release: (() => void) | Hold) {
    this.#matcher = matcher;
    this.#hold = typeof release === "function" ? { users: 0, release } : release;
    this.#hold.users++;
  }

  get hasEnded(): boolean {
    return this.#matcher.hasEnded;
  }

  get length(): number {
    return this.#matcher.length;
  }

  accept(tokenId: number): boolean {
    return this.#matcher.accept(tokenId);
  }

  fillMask(words: Int32Array): void {
    this.#matcher.fillMask(words);
  }

  rollback(count: number): void {
    this.#matcher.rollback(count);
  }

  fork(): GrammarMatcher {
    return new HeldMatcher(this.#matcher.fork(), this.#hold);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (--this.#hold.users === 0) this.#hold.release();
  }
}
