/**
 * A bounded buffer between one sequence and one reader that pulls. When it is full the sequence is paused, when it
 * is less than half full it goes on; no other sequence notices.
 */
import type { TokenEvent } from "@tokenmill/core";
import type { SequenceHandle } from "../handle.ts";
import type { TokenObserver } from "../scheduler/sequence.ts";

/** Opens the sequence; called at the first pull. @throws for a bad request. */
export type OpenSequence = (observer: TokenObserver) => SequenceHandle;

export class EventBuffer implements TokenObserver {
  readonly #open: OpenSequence;
  readonly #size: number;
  readonly #events: TokenEvent[] = [];
  #handle: SequenceHandle | undefined;
  #isFull = false;
  #hasEnded = false;
  #failure: { readonly value: unknown } | undefined;
  /** Called when something new can be pulled: an event, the end, or the error. */
  onChange: () => void = () => {};

  /** @param size events held before the sequence is paused; one more may arrive that was in flight. */
  constructor(open: OpenSequence, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Whether the sequence has ended and everything was taken. */
  get isDone(): boolean {
    return this.#hasEnded && this.#events.length === 0;
  }

  /** The error that ended the sequence, once everything before it was taken. */
  get failure(): { readonly value: unknown } | undefined {
    return this.#events.length === 0 ? this.#failure : undefined;
  }

  /** The next event if one is there. Opens the sequence at the first call. */
  take(): TokenEvent | undefined {
    if (!this.#handle && !this.#hasEnded) this.#start();
    const event = this.#events.shift();
    if (this.#isFull && this.#events.length < this.#size / 2) {
      this.#isFull = false;
      this.#handle?.resume();
    }
    return event;
  }

  /** Cancels the sequence and forgets what was not taken. */
  cancel(): void {
    this.#hasEnded = true;
    this.#events.length = 0;
    this.#failure = undefined;
    this.#handle?.cancel();
  }

  next(event: TokenEvent): void {
    this.#events.push(event);
    if (!this.#isFull && this.#events.length >= this.#size) {
      this.#isFull = true;
      this.#handle?.pause();
    }
    this.onChange();
  }

  error(error: unknown): void {
    this.#hasEnded = true;
    this.#failure = { value: error };
    this.onChange();
  }

  complete(): void {
    this.#hasEnded = true;
    this.onChange();
  }

  #start(): void {
    try {
      this.#handle = this.#open(this);
    } catch (error) {
      this.#hasEnded = true;
      this.#failure = { value: error };
    }
  }
}
