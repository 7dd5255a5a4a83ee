/** Every sequence that clients have open, whatever the interface: limit, metrics, and the way to all of them. */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { Engine, SequenceHandle, TokenObserver } from "@tokenmill/engine";
import { ApiError } from "../errors/apiError.ts";
import { type HeldTokens, scoredTokens } from "./heldTokens.ts";
import type { FinishedReason, Metrics } from "../metrics/metrics.ts";

/** What a client can do with its sequence. */
export type OpenSequence = Pick<SequenceHandle, "sequenceId" | "pause" | "resume" | "cancel">;

export class OpenSequences {
  readonly #engine: Engine;
  readonly #limit: number;
  readonly #metrics: Metrics;
  readonly #held: HeldTokens;
  readonly #open: Map<number | bigint, TrackedSequence> = new Map();
  #onIdle: (() => void) | undefined;

  constructor(engine: Engine, limit: number, metrics: Metrics, held: HeldTokens) {
    this.#engine = engine;
    this.#limit = limit;
    this.#metrics = metrics;
    this.#held = held;
  }

  get count(): number {
    return this.#open.size;
  }

  /** @throws ApiError 429 unless `count` more may be opened. */
  checkRoom(count: number): void {
    if (this.#open.size + count <= this.#limit) return;
    this.#metrics.rejected();
    const message = `the server has ${this.#open.size} of ${this.#limit} sequences open: try again later`;
    throw new ApiError(429, message, { code: "queue_full", retryAfterSeconds: 1 });
  }

  /** @throws ApiError 429, and what `Engine.open` throws. */
  open(request: GenerateRequest, observer: TokenObserver): OpenSequence {
    this.checkRoom(1);
    const scored = scoredTokens(request);
    const giveBack = scored > 0 ? this.#held.reserve(scored) : undefined;
    const sequence = new TrackedSequence(observer, this.#metrics, (ended) => this.#ended(ended));
    try {
      sequence.handle = this.#engine.open(request, sequence);
    } catch (error) {
      giveBack?.();
      throw error;
    }
    sequence.onScored = giveBack;
    sequence.promptLength = request.prompt?.length ?? 0;
    this.#open.set(sequence.sequenceId, sequence);
    return sequence;
  }

  /** Cancels the sequence of that id if it is open. */
  cancel(sequenceId: number | bigint): void {
    this.#open.get(sequenceId)?.cancel();
  }

  /** Resolves when none is open. */
  whenIdle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#onIdle = resolve));
  }

  #ended({ sequenceId }: TrackedSequence): void {
    this.#open.delete(sequenceId);
    if (this.#open.size === 0) this.#onIdle?.();
  }
}

class TrackedSequence implements TokenObserver, OpenSequence {
  handle!: SequenceHandle;
  /** Called once, when the prompt's scores have been handed on. */
  onScored: (() => void) | undefined;
  promptLength = 0;
  readonly #observer: TokenObserver;
  readonly #metrics: Metrics;
  readonly #onEnd: (sequence: TrackedSequence) => void;
  readonly #openedMs: number = performance.now();
  #lastMs: number = this.#openedMs;
  #tokens = 0;
  #hasEnded = false;

  constructor(observer: TokenObserver, metrics: Metrics, onEnd: (sequence: TrackedSequence) => void) {
    this.#observer = observer;
    this.#metrics = metrics;
    this.#onEnd = onEnd;
  }

  get sequenceId(): number | bigint {
    return this.handle.sequenceId;
  }

  pause(): void {
    this.handle.pause();
  }

  resume(): void {
    this.handle.resume();
  }

  cancel(): void {
    this.handle.cancel();
    this.#end("abort");
  }

  next(event: TokenEvent): void {
    const nowMs = performance.now();
    const seconds = (nowMs - this.#lastMs) / 1000;
    this.#lastMs = nowMs;
    if (this.#tokens++ === 0) {
      this.#metrics.firstToken(seconds);
      this.#giveBack();
    } else this.#metrics.nextToken(seconds);
    if (event.finishReason !== undefined) this.#end(event.finishReason);
    this.#observer.next(event);
  }

  error(error: unknown): void {
    this.#end("error");
    this.#observer.error(error);
  }

  complete(): void {
    this.#observer.complete();
  }

  #giveBack(): void {
    this.onScored?.();
    this.onScored = undefined;
  }

  #end(reason: FinishedReason): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#giveBack();
    this.#metrics.ended(reason, (performance.now() - this.#openedMs) / 1000, this.promptLength, this.#tokens);
    this.#onEnd(this);
  }
}
