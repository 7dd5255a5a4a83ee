/**
 * A sequence as its reader sees it, wherever it is made: events in order, none twice, none left out. They come live; what did
 * not come is read from the log.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { callForeign, messageOf, rethrowLater } from "@tokenmill/check";
import type { TokenEvent } from "@tokenmill/core";
import { SequenceError, type TokenObserver } from "@tokenmill/engine";
import { ClusterError } from "../errors.ts";
import type { LogEntry, LoggedFailure } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";
import { newBatch, eventOf, type TokenBatch } from "../wire/tokenBatch.ts";

export interface RemoteContext {
  readonly log: SequenceLog;
  /** Tells the node how far the reader is. */
  readonly sendRead: (sequence: RemoteSequence) => void;
  readonly onEnd: (sequence: RemoteSequence) => void;
  /** Nobody waits for it any longer: its reader threw, or no node has claimed it for `queueTimeoutMs`. */
  readonly onGivenUp: (sequence: RemoteSequence) => void;
  /** Nothing has come for `quietMs`. */
  readonly onQuiet: () => void;
  readonly queueTimeoutMs: number;
  readonly quietMs: number;
}

/** Silence after which the log is looked at, in case a message was lost; longer each time that there was nothing. */
const firstSilenceMs = 1000;
const longestSilenceMs = 8000;
/** Time between two looks into the log for what is missing before events that are there. */
const lookAgainMs = 50;
/** Events taken between two words to the node. */
const creditEvents = 32;

export class RemoteSequence {
  readonly name: string;
  readonly sequenceId: number | bigint;
  /** Number among this process's readers. */
  readonly number: number;
  /** Peer that makes it, as far as is known. */
  node = "";
  /** Number of its work message; 0: not known yet. */
  work = 0;
  readonly #context: RemoteContext;
  readonly #observer: TokenObserver;
  /** Index of the next event. */
  #next = 0;
  #toldIndex = 0;
  #epoch = 0;
  /** Number of the last entry that was read. */
  #seenSeq = 0;
  /** Batches that wait: for the reader, or for what is missing before them. */
  #waiting: TokenBatch[] = [];
  #failure: LoggedFailure | undefined;
  readonly #openedMs: number = performance.now();
  /** Something came since the last tick. */
  #hasHeard = false;
  #heardMs: number = this.#openedMs;
  #silenceMs = firstSilenceMs;
  /** When something came, or was asked for. */
  #activeMs: number = this.#openedMs;
  #isPaused = false;
  /** Lets what reads the log for a paused reader go on. */
  #wake: () => void = () => undefined;
  #isFilling = false;
  #hasEnded = false;

  constructor(
    context: RemoteContext,
    facts: { readonly name: string; readonly sequenceId: number | bigint; readonly number: number },
    observer: TokenObserver,
  ) {
    this.#context = context;
    this.name = facts.name;
    this.sequenceId = facts.sequenceId;
    this.number = facts.number;
    this.#observer = observer;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Of the last claim that was heard of. */
  get epoch(): number {
    return this.#epoch;
  }

  /** A new log begins with the next claim. */
  logLost(): void {
    this.#seenSeq = 0;
  }

  /** Events before it were delivered. */
  get readIndex(): number {
    return this.#next;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#wake();
    // As the engine does: nothing is delivered inside the call.
    queueMicrotask(() => this.#deliver());
  }

  /** Nothing more is delivered. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#waiting = [];
    this.#wake();
    this.#context.onEnd(this);
  }

  /** A node has it, and begins behind what the log has. */
  claimed(epoch: number, from: string): void {
    if (!this.#hasEnded && epoch > this.#epoch) this.#hear(epoch, from);
  }

  receive(batch: TokenBatch, epoch: number, from: string): void {
    // A node that has lost its claim may not know yet.
    if (this.#hasEnded || epoch < this.#epoch) return;
    this.#hear(epoch, from);
    this.#waiting.push(batch);
    this.#deliver();
  }

  /** As `receive`; an event that is the next one goes to the reader as it is. */
  receiveEvent(event: TokenEvent, epoch: number, from: string): void {
    if (this.#hasEnded || epoch < this.#epoch) return;
    this.#hear(epoch, from);
    if (event.index === this.#next && !this.#isPaused && this.#waiting.length === 0 && !this.#failure) {
      const { sequenceId } = this;
      this.#emit(event.sequenceId === sequenceId ? event : { ...event, sequenceId });
    } else {
      this.#waiting.push(newBatch(event));
      this.#deliver();
    }
  }

  #hear(epoch: number, from: string): void {
    this.#hasHeard = true;
    this.#follow(epoch, from);
  }

  /** The claim is that node's. A new one learns how far the reader is, whichever message or entry told of it. */
  #follow(epoch: number, node: string): void {
    const isNew = epoch > this.#epoch;
    this.#epoch = epoch;
    this.node = node;
    if (isNew) this.#context.sendRead(this);
  }

  failed(failure: LoggedFailure, epoch: number): void {
    if (this.#hasEnded || epoch < this.#epoch) return;
    this.#failure = failure;
    this.#deliver();
  }

  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.close();
    callForeign(() => this.#observer.error(error));
  }

  /** Called periodically: reads the log when no event came. */
  tick(): void {
    if (this.#hasHeard) {
      this.#hasHeard = false;
      this.#heardMs = this.#activeMs = performance.now();
      this.#silenceMs = firstSilenceMs;
    }
    if (this.#hasEnded || this.#isPaused) return;
    if (this.#epoch === 0 && performance.now() - this.#openedMs > this.#context.queueTimeoutMs) {
      this.#context.onGivenUp(this);
      this.fail(this.#lateError());
      return;
    }
    if (this.#epoch > 0 && performance.now() - this.#activeMs > this.#context.quietMs) {
      this.#activeMs = performance.now();
      this.#context.onQuiet();
    }
    if (performance.now() - this.#heardMs < this.#silenceMs) return;
    this.#silenceMs = Math.min(2 * this.#silenceMs, longestSilenceMs);
    this.fill();
  }

  #lateError(): Error {
    const within = `within ${this.#context.queueTimeoutMs} ms`;
    if (this.work === 0) return new ClusterError("cluster_unavailable", `NATS did not answer ${within}`);
    return new SequenceError("overloaded", this.sequenceId, 0, `no node had a place for the sequence ${within}`);
  }

  /** Reads what the log has beyond what was read. */
  fill(): void {
    if (this.#isFilling || this.#hasEnded) return;
    this.#isFilling = true;
    void this.#fill();
  }

  async #fill(): Promise<void> {
    try {
      for await (const { seq, entry } of this.#context.log.entries(this.name, this.#seenSeq + 1)) {
        if (this.#hasEnded) return;
        this.#seenSeq = seq;
        this.#read(entry);
        // The reader's pace holds for the past too.
        while (this.#isPaused && !this.#hasEnded) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
    }
    // What the log does not have yet is not asked for again at once, however many events come behind it.
    if (this.#isShort) await sleep(lookAgainMs);
    this.#isFilling = false;
    this.#heardMs = performance.now();
    if (this.#isShort) this.#deliver();
  }

  #read(entry: LogEntry): void {
    // An earlier one was cancelled before this reader came.
    if (entry.status === "cancelled" && entry.work === this.work) {
      this.fail(new ClusterError("stream_stopped", "the stream was stopped by its id"));
      return;
    }
    if (entry.epoch > this.#epoch) this.#follow(entry.epoch, entry.node);
    if (entry.tokens && entry.position > this.#next) {
      this.#waiting.unshift(entry.tokens);
      this.#deliver();
    }
    if (entry.failure) {
      this.#failure = entry.failure;
      this.#deliver();
    }
  }

  /** The next batch begins behind the next event. */
  get #isShort(): boolean {
    return this.#waiting.length > 0 && this.#waiting.every(({ first }) => first > this.#next);
  }

  #deliver(): void {
    while (!this.#hasEnded && !this.#isPaused && this.#waiting.length > 0) {
      const at = this.#waiting.findIndex(({ first }) => first <= this.#next);
      if (at < 0) {
        // What was to come before it is never made.
        if (this.#failure && this.#failure.index <= this.#next) return this.#endWithFailure();
        this.fill();
        return;
      }
      const batch = this.#waiting[at]!;
      const offset = this.#next - batch.first;
      if (offset >= batch.tokenIds.length) this.#waiting.splice(at, 1);
      else this.#emit(eventOf(batch, offset, this.sequenceId));
    }
    if (this.#failure && !this.#hasEnded && !this.#isPaused && this.#waiting.length === 0) this.#endWithFailure();
  }

  #emit(event: TokenEvent): void {
    this.#next = event.index + 1;
    const isLast = event.finishReason !== undefined;
    if (isLast) this.close();
    try {
      this.#observer.next(event);
    } catch (error) {
      this.#observerFailed(error, isLast);
      return;
    }
    if (isLast) callForeign(() => this.#observer.complete());
    if (this.#next - this.#toldIndex < creditEvents || this.#hasEnded) return;
    this.#toldIndex = this.#next;
    this.#context.sendRead(this);
  }

  /** As in an engine: the sequence ends, and nobody else hears of it. */
  #observerFailed(cause: unknown, isLast: boolean): void {
    // It had left, and hears nothing more.
    if (this.#hasEnded && !isLast) return rethrowLater(cause);
    if (!isLast) this.#context.onGivenUp(this);
    this.close();
    const message = `sequence ${this.sequenceId}: ${messageOf(cause)}`;
    const error = new SequenceError("observer_failed", this.sequenceId, this.#next, message, { cause });
    callForeign(() => this.#observer.error(error));
  }

  #endWithFailure(): void {
    const { code, message, index } = this.#failure!;
    if (index > this.#next) {
      this.fill();
      return;
    }
    this.fail(new SequenceError(code, this.sequenceId, index, message));
  }
}
