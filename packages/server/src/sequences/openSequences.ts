/** Every sequence that clients have open, whatever the interface: shares, metrics, and the way to all of them. */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { Engine, TokenObserver } from "@tokenmill/engine";
import type { Client } from "../limits/client.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { Claim } from "../limits/shares.ts";
import type { FinishedReason, Metrics } from "../metrics/metrics.ts";
import { claimHeld, scoredBytes } from "./heldBytes.ts";
import { PauseTimer } from "./pauseTimer.ts";
import type { HostedSequence, SequenceHost, StreamPlace } from "../options/sequenceHost.ts";

/** What a client can do with its sequence. */
export type OpenSequence = Required<HostedSequence>;

/** As `Engine.open` has it by default. */
const defaultMaxTokens = 256;

export class OpenSequences {
  readonly #engine: Engine;
  readonly #host: SequenceHost | undefined;
  readonly #quotas: Quotas;
  readonly #pauseTimeoutMs: number;
  readonly #metrics: Metrics;
  readonly #open: Map<number | bigint, TrackedSequence> = new Map();
  #onIdle: (() => void) | undefined;

  /** @param host makes the sequences; undefined: the engine does */
  constructor(
    engine: Engine,
    host: SequenceHost | undefined,
    quotas: Quotas,
    pauseTimeoutMs: number,
    metrics: Metrics,
  ) {
    this.#engine = engine;
    this.#host = host;
    this.#quotas = quotas;
    this.#pauseTimeoutMs = pauseTimeoutMs;
    this.#metrics = metrics;
  }

  get count(): number {
    return this.#open.size;
  }

  /** @throws ApiError 429 unless the client may open that many more. */
  checkCapacity(client: Client, count: number): void {
    this.#quotas.sequences.check(client, count);
  }

  /**
   * @param place of streams that may go on in another connection
   * @throws ApiError 429, and what `Engine.open` or the host throws.
   */
  open(client: Client, request: GenerateRequest, observer: TokenObserver, place?: StreamPlace): OpenSequence {
    const claims: Claim[] = [];
    const sequence = new TrackedSequence(observer, this.#metrics, this.#pauseTimeoutMs, (ended) => {
      for (const claim of claims) claim.release();
      this.#ended(ended);
    });
    try {
      claims.push(this.#quotas.sequences.claim(client, 1));
      const scores = claimHeld(this.#quotas.heldBytes, client, scoredBytes(request));
      claims.push(scores);
      claims.push(this.#quotas.tokens.claim(client, tokensOf(request)));
      sequence.handle = this.#start(request, sequence, place);
      sequence.onScored = () => scores.release();
    } catch (error) {
      for (const claim of claims) claim.release();
      throw error;
    }
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

  #start(request: GenerateRequest, observer: TokenObserver, place: StreamPlace | undefined): HostedSequence {
    if (!this.#host) return this.#engine.open(request, observer);
    const streamId = place?.streamId ?? this.#host.newStreamId();
    return this.#host.open(request, observer, place ?? { streamId, index: 0, isResumed: false });
  }

  #ended({ sequenceId }: TrackedSequence): void {
    this.#open.delete(sequenceId);
    if (this.#open.size === 0) this.#onIdle?.();
  }
}

/** Prompt and largest output. */
function tokensOf({ prompt, maxTokens = defaultMaxTokens }: GenerateRequest): number {
  // Out of range: refused by the engine.
  const promptLength = Array.isArray(prompt) ? prompt.length : 0;
  return promptLength + (Number.isFinite(maxTokens) ? Math.max(0, maxTokens) : 0);
}

class TrackedSequence implements TokenObserver, OpenSequence {
  handle!: HostedSequence;
  /** Called once, when the observer has the prompt's scores. */
  onScored: (() => void) | undefined;
  promptLength = 0;
  readonly #observer: TokenObserver;
  readonly #metrics: Metrics;
  readonly #onEnd: (sequence: TrackedSequence) => void;
  readonly #pauseTimer: PauseTimer;
  readonly #openedMs: number = performance.now();
  #lastMs: number = this.#openedMs;
  #tokens = 0;
  #hasEnded = false;

  constructor(
    observer: TokenObserver,
    metrics: Metrics,
    pauseTimeoutMs: number,
    onEnd: (sequence: TrackedSequence) => void,
  ) {
    this.#pauseTimer = new PauseTimer(pauseTimeoutMs, (error) => {
      this.handle.cancel();
      this.error(error);
    });
    this.#observer = observer;
    this.#metrics = metrics;
    this.#onEnd = onEnd;
  }

  get sequenceId(): number | bigint {
    return this.handle.sequenceId;
  }

  pause(): void {
    if (this.#hasEnded) return;
    this.#pauseTimer.start();
    this.handle.pause();
  }

  resume(): void {
    this.#pauseTimer.stop();
    this.handle.resume();
  }

  cancel(): void {
    this.handle.cancel();
    this.#end("abort");
  }

  detach(): void {
    if (!this.handle.detach) return this.cancel();
    this.handle.detach();
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
    this.#pauseTimer.stop();
    this.#giveBack();
    this.#metrics.ended(reason, (performance.now() - this.#openedMs) / 1000, this.promptLength, this.#tokens);
    this.#onEnd(this);
  }
}
