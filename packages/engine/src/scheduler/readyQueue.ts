/**
 * Which sequence's row is sampled next. Cheap rows are first come, first served. Expensive rows would take a thousand times the
 * time of the others if they came as often: they have a queue of their own, ordered by the thread time that each sequence has
 * had, the least first. While cheap sequences are open, expensive rows leave them one worker, and together get no more thread
 * time than their share of the sequences, at least a fifth; idle workers take them besides. Rows that are slow to come from the
 * source, which cost no thread time, leave the others a quarter of the slots.
 */
import type { RowKind, Sequence } from "./sequence.ts";
import { SequenceQueue } from "./sequenceQueue.ts";

/** Rows that take longer are expensive; so are those with custom stages before their first was timed. */
const expensiveMs = 1;
/** Rows that come later are slow. */
const slowMs = 5;
/** Thread time that expensive rows get for each millisecond of the others', at least. */
const leastShare = 0.25;

/** Thread time that an expensive sequence which was paused may catch up on. */
const mostCreditMs = 1000;

export class ReadyQueue {
  readonly #workers: number;
  /** Rows of each kind that may be in flight while others wait. */
  readonly #mostSlow: number;
  readonly #mostExpensive: number;
  /** Expensive rows that may be in flight while nothing else is open: as many as keep the workers busy. */
  readonly #mostAlone: number;
  readonly #queues: Readonly<Record<Exclude<RowKind, "expensive">, SequenceQueue>> = {
    cheap: new SequenceQueue(),
    slow: new SequenceQueue(),
    unproven: new SequenceQueue(),
  };
  /** By the thread time they have had, the least first. */
  readonly #expensive: Sequence[] = [];
  readonly #inFlight: Record<RowKind, number> = { cheap: 0, slow: 0, unproven: 0, expensive: 0 };
  /** Thread time that expensive rows had beyond their share, while cheap ones wanted it. */
  #debtMs = 0;
  /** Time that the last expensive sequence had when it was taken: one that joins starts from there. */
  #clockMs = 0;

  /** @param isBatch rows come from a batch source, which is asked for as many at a time as there are */
  constructor(workers: number, slotCount: number, isBatch = false) {
    this.#workers = workers;
    this.#mostAlone = isBatch ? slotCount : Math.max(1, 2 * workers);
    this.#mostExpensive = Math.max(1, workers - 1);
    this.#mostSlow = Math.max(1, slotCount - Math.ceil(slotCount / 4));
  }

  /** Sequences in the queue. */
  get length(): number {
    const { cheap, slow, unproven } = this.#queues;
    return cheap.length + slow.length + unproven.length + this.#expensive.length;
  }

  /** Rows in flight that may take long. */
  get expensiveInFlight(): number {
    return this.#inFlight.expensive;
  }

  push(sequence: Sequence): void {
    this.#prove(); // they came before
    this.#enqueue(sequence);
  }

  /** Others with the same params have shown what their rows cost. */
  #prove(): void {
    const { unproven } = this.#queues;
    for (let { first } = unproven; first && kindOf(first) !== "unproven"; { first } = unproven) {
      unproven.remove(first);
      this.#enqueue(first);
    }
  }

  #enqueue(sequence: Sequence): void {
    const wasExpensive = sequence.rowKind === "expensive";
    sequence.rowKind = kindOf(sequence);
    if (sequence.rowKind === "expensive") this.#enqueueExpensive(sequence, wasExpensive ? mostCreditMs : 0);
    else this.#queues[sequence.rowKind].push(sequence);
  }

  #enqueueExpensive(sequence: Sequence, creditMs: number): void {
    sequence.servedMs = Math.max(sequence.servedMs, this.#clockMs - creditMs);
    let at = this.#expensive.length;
    while (at > 0 && this.#expensive[at - 1]!.servedMs > sequence.servedMs) at--;
    this.#expensive.splice(at, 0, sequence);
  }

  /** @param sequence must be in the queue. */
  remove(sequence: Sequence): void {
    if (sequence.rowKind === "expensive") this.#expensive.splice(this.#expensive.indexOf(sequence), 1);
    else this.#queues[sequence.rowKind].remove(sequence);
  }

  /** Takes the next sequence; its row is in flight until `done`. Undefined: the queue is empty, or all in it have to wait. */
  next(): Sequence | undefined {
    this.#prove();
    const sequence = this.#nextExpensive() ?? this.#nextUnproven() ?? this.#nextSlow() ?? this.#queues.cheap.shift();
    if (sequence) this.#inFlight[sequence.rowKind]++;
    return sequence;
  }

  get #hasCheap(): boolean {
    return this.#queues.cheap.length + this.#inFlight.cheap > 0;
  }

  #nextExpensive(): Sequence | undefined {
    if (this.#expensive.length === 0) return undefined;
    const { cheap, unproven, expensive } = this.#inFlight;
    const isContended = this.#hasCheap || this.#queues.unproven.length + unproven > 0;
    const isIdle = cheap + unproven + expensive < this.#workers;
    if (expensive >= (isContended ? this.#mostExpensive : this.#mostAlone)) return undefined;
    if (isContended && this.#debtMs > 0 && !isIdle) return undefined;
    const sequence = this.#expensive.shift()!;
    sequence.isCharged = isContended && !isIdle;
    this.#clockMs = Math.max(this.#clockMs, sequence.servedMs);
    return sequence;
  }

  #nextUnproven(): Sequence | undefined {
    if (this.#hasCheap && this.#inFlight.unproven >= this.#mostExpensive) return undefined;
    return this.#queues.unproven.shift();
  }

  #nextSlow(): Sequence | undefined {
    const { slow } = this.#queues;
    if (this.#inFlight.slow >= this.#mostSlow && (this.#hasCheap || this.length > slow.length)) return undefined;
    return slow.shift();
  }

  /** The row is done. @param ms thread time that it took, NaN if nobody did it */
  done(sequence: Sequence, ms: number): void {
    const { rowKind } = sequence;
    this.#inFlight[rowKind]--;
    if (Number.isNaN(ms)) return;
    sequence.cost.add(ms);
    if (rowKind === "expensive") {
      sequence.servedMs += ms;
      if (sequence.isCharged) this.#debtMs += ms;
    } else if (this.#debtMs > 0) this.#debtMs = Math.max(0, this.#debtMs - ms * this.#share());
  }

  /** Time that expensive rows get for each millisecond of the others'. */
  #share(): number {
    const expensive = this.#expensive.length + this.#inFlight.expensive;
    const { cheap, slow, unproven } = this.#inFlight;
    const others = this.length - this.#expensive.length + cheap + slow + unproven;
    return Math.min(1, Math.max(leastShare, expensive / Math.max(1, others)));
  }
}

function kindOf({ expectedMs, fillCost, rowPlan }: Sequence): RowKind {
  if (expectedMs === Number.POSITIVE_INFINITY) return rowPlan.hasCustomStages ? "expensive" : "unproven";
  if (expectedMs > expensiveMs) return "expensive";
  return fillCost.ms > slowMs && fillCost.ms < Number.POSITIVE_INFINITY ? "slow" : "cheap";
}
