/** A matcher with a lease on its grammar, which ends when the matcher and all its forks are released. */
import type { GrammarMatcher } from "@tokenmill/contracts";
import type { Matcher } from "../run/matcher.ts";

/** Users of one compiled grammar. */
interface Lease {
  users: number;
  readonly release: () => void;
}

export class LeasedMatcher implements GrammarMatcher {
  readonly #matcher: Matcher;
  readonly #lease: Lease;
  #isReleased = false;

  /** @param release gives the grammar up */
  constructor(matcher: Matcher, release: (() => void) | Lease) {
    this.#matcher = matcher;
    this.#lease = typeof release === "function" ? { users: 0, release } : release;
    this.#lease.users++;
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
    return new LeasedMatcher(this.#matcher.fork(), this.#lease);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (--this.#lease.users === 0) this.#lease.release();
  }
}
