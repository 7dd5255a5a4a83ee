/**
 * One sequence of a connection. It runs unless it has no credit left, the client paused it, or the connection is behind.
 * Events that are in flight when it is paused are buffered here, so credits are never overdrawn.
 */
import type { TokenEvent } from "@tokenmill/core";
import type { TokenObserver } from "@tokenmill/engine";
import { PausedTooLong } from "../sequences/pauseTimer.ts";
import type { OpenSequence } from "../sequences/openSequences.ts";

export interface CreditedSequenceOptions {
  readonly credits: number | undefined;
  /** Sends the event. */
  readonly send: (event: TokenEvent) => void;
  readonly onError: (error: unknown) => void;
  readonly onEnd: () => void;
  /** The client wants no more of it, begun or not. */
  readonly onCancel: () => void;
}

export class CreditedSequence implements TokenObserver {
  readonly #options: CreditedSequenceOptions;
  readonly #buffered: TokenEvent[] = [];
  #sequence: OpenSequence | undefined;
  #credits: number;
  #isPaused = false;
  #isBehind = false;
  #isStopped = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: CreditedSequenceOptions) {
    this.#options = options;
    this.#credits = options.credits ?? Number.POSITIVE_INFINITY;
  }

  start(sequence: OpenSequence): void {
    this.#sequence = sequence;
    this.#update();
  }

  credit(count: number): void {
    this.#credits += count;
    this.#update();
  }

  pause(): void {
    this.#isPaused = true;
    this.#update();
  }

  resume(): void {
    this.#isPaused = false;
    this.#update();
  }

  /** Whether the connection takes nothing at the moment. */
  setBehind(isBehind: boolean): void {
    this.#isBehind = isBehind;
    this.#update();
  }

  cancel(): void {
    this.#buffered.length = 0;
    this.#options.onCancel();
    this.#sequence?.cancel();
  }

  next(event: TokenEvent): void {
    this.#buffered.push(event);
    this.#update();
  }

  /** What was generated before it comes first, unless it is that the client does not take it. */
  error(error: unknown): void {
    if (error instanceof PausedTooLong) this.#buffered.length = 0;
    this.#failure = { error };
    this.#update();
  }

  complete(): void {}

  get #mayRun(): boolean {
    return this.#credits > 0 && !this.#isPaused && !this.#isBehind;
  }

  #update(): void {
    while (this.#buffered.length > 0 && this.#mayRun) {
      const event = this.#buffered.shift()!;
      this.#credits--;
      this.#options.send(event);
      if (event.finishReason === undefined) continue;
      this.#options.onEnd();
      return;
    }
    if (this.#failure && this.#buffered.length === 0) {
      const { error } = this.#failure;
      this.#failure = undefined;
      this.#options.onError(error);
      return;
    }
    const mustStop = !this.#mayRun;
    if (!this.#sequence || mustStop === this.#isStopped) return;
    this.#isStopped = mustStop;
    if (mustStop) this.#sequence.pause();
    else this.#sequence.resume();
  }
}
