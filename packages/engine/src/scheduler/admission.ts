/**
 * Who gets memory for a history: in order of arrival. Where the first does not fit, half of what is free, and of what becomes
 * free, is kept for it, and those behind may take the rest: neither waits for ever for the other. A sequence that waits too
 * long, or behind too many, is refused. Where the source serves only so many at a time, one whose reader pauses makes way, and
 * waits for a place, before those who are new, when it is to go on.
 */
import { messageOf } from "@tokenmill/check";
import type { History, SamplerPool } from "@tokenmill/worker-pool";
import type { SequenceErrorCode } from "../errors.ts";
import type { Sequence } from "./sequence.ts";
import { SequenceQueue } from "./sequenceQueue.ts";

/** How many behind one that does not fit are tried. */
const mostTried = 64;
/** Share of the memory that is never kept for one request. */
const openShare = 1 / 8;

export interface AdmissionLimits {
  /** Sequences that hold a history at a time. */
  readonly maxSequences: number;
  /** Of these, not paused: as many as the source serves. */
  readonly servedSequences: number;
  /** Sequences that wait for one; Infinity: any number. */
  readonly maxQueued: number;
  /** Time that one waits; Infinity: as long as it takes. */
  readonly admissionTimeoutMs: number;
}

export interface AdmissionObserver {
  /** It has its history, and no longer waits. */
  admitted(sequence: Sequence): void;
  /** It has paused, and the source serves it again. */
  returned(sequence: Sequence): void;
  refused(sequence: Sequence, code: SequenceErrorCode, message: string, cause?: unknown): void;
  /** The time of some has run out: they have been refused. */
  expired(): void;
}

export class Admission {
  readonly #pool: SamplerPool;
  readonly #limits: AdmissionLimits;
  readonly #observer: AdmissionObserver;
  readonly #waiting = new SequenceQueue();
  /** Sequences that hold a history. */
  #holding = 0;
  /** Of these, whose rows may be asked for. */
  readonly #served = new Set<Sequence>();
  /** Of these, that are to go on after a pause, in that order. */
  readonly #returning = new Set<Sequence>();
  /** The first that waits, if it did not fit, and the memory that is kept for it. */
  #blocked: Sequence | undefined;
  #keptBytes = 0;
  /** Something has changed since the last look. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: SamplerPool, limits: AdmissionLimits, observer: AdmissionObserver) {
    this.#pool = pool;
    this.#limits = limits;
    this.#observer = observer;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  add(sequence: Sequence): void {
    sequence.queuedMs = performance.now();
    this.#waiting.push(sequence);
    this.#isDue = true;
  }

  /** @param sequence must be waiting. */
  remove(sequence: Sequence): void {
    this.#leave(sequence);
    this.#isDue = true;
  }

  /** Its reader pauses. @returns whether another may take its place */
  pause(sequence: Sequence): boolean {
    this.#returning.delete(sequence);
    if (this.#served.delete(sequence)) this.#isDue = true;
    return this.#isDue && this.#returning.size + this.#waiting.length > 0;
  }

  /** It goes on, or waits for a place of the source's: `returned` tells. */
  resume(sequence: Sequence): void {
    if (!sequence.history || this.serves(sequence)) return;
    if (this.#isFull) this.#returning.add(sequence);
    else this.#served.add(sequence);
  }

  /** Whether its rows may be asked for. */
  serves(sequence: Sequence): boolean {
    return this.#served.has(sequence);
  }

  get #isFull(): boolean {
    return this.#served.size >= this.#limits.servedSequences;
  }

  #leave(sequence: Sequence): void {
    this.#waiting.remove(sequence);
    if (this.#blocked !== sequence) return;
    this.#blocked = undefined;
    this.#keptBytes = 0;
  }

  /** Gives back a sequence's history. */
  free(sequence: Sequence): void {
    sequence.history!.release();
    sequence.history = undefined;
    this.#served.delete(sequence);
    this.#returning.delete(sequence);
    this.#holding--;
    this.#isDue = true;
    if (!this.#blocked) return;
    this.#keptBytes = Math.min(this.#mostKept(), this.#keptBytes + this.#bytesOf(sequence) / 2);
  }

  /** Lets in whoever can, and refuses who stands too far behind. */
  admit(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    for (const sequence of this.#returning) {
      if (this.#isFull) break;
      this.#returning.delete(sequence);
      this.#served.add(sequence);
      this.#observer.returned(sequence);
    }
    let tried = 0;
    for (let sequence = this.#waiting.first; sequence && tried < mostTried; ) {
      if (this.#holding >= this.#limits.maxSequences || this.#isFull) break;
      const { next }: Sequence = sequence;
      if (!this.#try(sequence)) tried++;
      sequence = next;
    }
    while (this.#waiting.length > this.#limits.maxQueued) {
      this.#refuse(this.#waiting.last!, `${this.#limits.maxQueued} requests wait already (maxQueued)`);
    }
    this.#startTimer();
  }

  /** False: it has to wait. */
  #try(sequence: Sequence): boolean {
    const isFirst = sequence === this.#waiting.first;
    const { arenaBytes, arenaBytesUsed } = this.#pool;
    if (!isFirst && arenaBytesUsed + this.#keptBytes + this.#bytesOf(sequence) > arenaBytes) return false;
    try {
      sequence.history = this.#open(sequence);
    } catch (error) {
      // The ids are valid: what an open pool refuses is the size.
      const code = error instanceof RangeError ? "request_too_large" : "pool_failed";
      this.#observer.refused(sequence, code, messageOf(error), error);
      return true;
    }
    if (sequence.history) {
      this.#leave(sequence);
      this.#holding++;
      if (!sequence.isPaused) this.#served.add(sequence);
      sequence.initialTokenIds = undefined;
      this.#observer.admitted(sequence);
      return true;
    }
    if (this.#holding === 0) {
      const message = `prompt and maxTokens expected to fit the shared memory, got ${sequence.capacity} tokens: raise arenaBytes`;
      this.#observer.refused(sequence, "request_too_large", message);
      return true;
    }
    if (isFirst && this.#blocked !== sequence) {
      this.#blocked = sequence;
      this.#keptBytes = Math.min(this.#mostKept(), (arenaBytes - arenaBytesUsed) / 2);
    }
    return false;
  }

  #open({ promptLength, capacity, initialTokenIds }: Sequence): History | undefined {
    const tokenIds = initialTokenIds!;
    if (tokenIds.length === promptLength) return this.#pool.openHistory(tokenIds, capacity);
    const history = this.#pool.openHistory(tokenIds.slice(0, promptLength), capacity);
    if (history) for (let i = promptLength; i < tokenIds.length; i++) history.push(tokenIds[i]!);
    return history;
  }

  #bytesOf({ capacity }: Sequence): number {
    return this.#pool.historyBytes(capacity);
  }

  #mostKept(): number {
    return Math.min(this.#bytesOf(this.#blocked!), this.#pool.arenaBytes * (1 - openShare));
  }

  #refuse(sequence: Sequence, reason: string): void {
    this.#observer.refused(sequence, "overloaded", reason);
  }

  #startTimer(): void {
    const { first } = this.#waiting;
    const { admissionTimeoutMs } = this.#limits;
    if (this.#timer !== undefined || !first || admissionTimeoutMs === Number.POSITIVE_INFINITY) return;
    const leftMs = first.queuedMs + admissionTimeoutMs - performance.now();
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, leftMs)).unref();
  }

  #expire(): void {
    this.#timer = undefined;
    const { admissionTimeoutMs } = this.#limits;
    const queuedBefore = performance.now() - admissionTimeoutMs;
    for (let { first } = this.#waiting; first && first.queuedMs <= queuedBefore; { first } = this.#waiting) {
      const missing = this.#isFull ? "place at the source" : "memory";
      this.#refuse(first, `there was no ${missing} for it within ${admissionTimeoutMs} ms (admissionTimeoutMs)`);
    }
    this.#startTimer();
    this.#observer.expired();
  }
}
