/**
 * Whose turn it is. Sequences take turns in order of arrival, one row a turn, as long as their rows are cheap. Dear rows would
 * take a thousand times the others' time with as many turns: they have turns of their own, in order of the time they have had.
 * While cheap sequences are open, dear rows leave them one worker, and together take no more of the threads' time than their
 * share of the sequences, at least a fifth; what would lie idle is theirs besides. Rows that are slow to come from the source,
 * which cost no thread time, leave the others a quarter of the slots.
 */
import type { Sequence } from "./sequence.ts";
import { SequenceQueue } from "./sequenceQueue.ts";

/** Rows that take longer are dear; so are those with custom stages of which nobody has seen one yet. */
const dearMs = 1;
/** Rows that come later are slow. */
const slowMs = 5;
/** Time that dear rows get for each millisecond of the others', at least. */
const leastShare = 0.25;

/** Time that a dear sequence which was paused may catch up on. */
const mostCreditMs = 1000;

/** What a sequence's next row is expected to be; `unproven`: kernels alone, with params of which no row was seen. */
export type TurnKind = "cheap" | "slow" | "unproven" | "dear";

export class Turns {
  readonly #workers: number;
  /** Rows of each kind that may be in flight while others wait. */
  readonly #mostSlow: number;
  readonly #mostDear: number;
  /** Dear rows that may be in flight while nothing else is open: as many as keep the workers busy. */
  readonly #mostAlone: number;
  readonly #queues: Readonly<Record<Exclude<TurnKind, "dear">, SequenceQueue>> = {
    cheap: new SequenceQueue(),
    slow: new SequenceQueue(),
    unproven: new SequenceQueue(),
  };
  /** By the time they have had, the least first. */
  readonly #dear: Sequence[] = [];
  readonly #inFlight: Record<TurnKind, number> = { cheap: 0, slow: 0, unproven: 0, dear: 0 };
  /** Time that dear rows had beyond their share, while cheap ones wanted it. */
  #debtMs = 0;
  /** Time that the dear sequence had whose turn came last: one that joins has no claim to what others had before. */
  #clockMs = 0;

  /** @param isBatch rows come from a batch source, which is asked for as many at a time as there are */
  constructor(workers: number, slotCount: number, isBatch = false) {
    this.#workers = workers;
    this.#mostAlone = isBatch ? slotCount : Math.max(1, 2 * workers);
    this.#mostDear = Math.max(1, workers - 1);
    this.#mostSlow = Math.max(1, slotCount - Math.ceil(slotCount / 4));
  }

  /** Sequences that wait for their turn. */
  get length(): number {
    const { cheap, slow, unproven } = this.#queues;
    return cheap.length + slow.length + unproven.length + this.#dear.length;
  }

  /** Rows in flight that may take long. */
  get dearInFlight(): number {
    return this.#inFlight.dear;
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
    const wasDear = sequence.turnKind === "dear";
    sequence.turnKind = kindOf(sequence);
    if (sequence.turnKind === "dear") this.#enqueueDear(sequence, wasDear ? mostCreditMs : 0);
    else this.#queues[sequence.turnKind].push(sequence);
  }

  #enqueueDear(sequence: Sequence, creditMs: number): void {
    sequence.turnMs = Math.max(sequence.turnMs, this.#clockMs - creditMs);
    let at = this.#dear.length;
    while (at > 0 && this.#dear[at - 1]!.turnMs > sequence.turnMs) at--;
    this.#dear.splice(at, 0, sequence);
  }

  /** @param sequence must wait for its turn. */
  remove(sequence: Sequence): void {
    if (sequence.turnKind === "dear") this.#dear.splice(this.#dear.indexOf(sequence), 1);
    else this.#queues[sequence.turnKind].remove(sequence);
  }

  /** The sequence whose turn it is; its row is in flight until `done`. Undefined: nobody waits, or those who do have to. */
  next(): Sequence | undefined {
    this.#prove();
    const sequence = this.#nextDear() ?? this.#nextUnproven() ?? this.#nextSlow() ?? this.#queues.cheap.shift();
    if (sequence) this.#inFlight[sequence.turnKind]++;
    return sequence;
  }

  get #hasCheap(): boolean {
    return this.#queues.cheap.length + this.#inFlight.cheap > 0;
  }

  #nextDear(): Sequence | undefined {
    if (this.#dear.length === 0) return undefined;
    const { cheap, unproven, dear } = this.#inFlight;
    const isContended = this.#hasCheap || this.#queues.unproven.length + unproven > 0;
    const isIdle = cheap + unproven + dear < this.#workers;
    if (dear >= (isContended ? this.#mostDear : this.#mostAlone)) return undefined;
    if (isContended && this.#debtMs > 0 && !isIdle) return undefined;
    const sequence = this.#dear.shift()!;
    sequence.isTurnCharged = isContended && !isIdle;
    this.#clockMs = Math.max(this.#clockMs, sequence.turnMs);
    return sequence;
  }

  #nextUnproven(): Sequence | undefined {
    if (this.#hasCheap && this.#inFlight.unproven >= this.#mostDear) return undefined;
    return this.#queues.unproven.shift();
  }

  #nextSlow(): Sequence | undefined {
    const { slow } = this.#queues;
    if (this.#inFlight.slow >= this.#mostSlow && (this.#hasCheap || this.length > slow.length)) return undefined;
    return slow.shift();
  }

  /** The row is done. @param ms thread time that it took, NaN if nobody did it */
  done(sequence: Sequence, ms: number): void {
    const { turnKind } = sequence;
    this.#inFlight[turnKind]--;
    if (Number.isNaN(ms)) return;
    sequence.cost.add(ms);
    if (turnKind === "dear") {
      sequence.turnMs += ms;
      if (sequence.isTurnCharged) this.#debtMs += ms;
    } else if (this.#debtMs > 0) this.#debtMs = Math.max(0, this.#debtMs - ms * this.#share());
  }

  /** Time that dear rows get for each millisecond of the others'. */
  #share(): number {
    const dear = this.#dear.length + this.#inFlight.dear;
    const { cheap, slow, unproven } = this.#inFlight;
    const others = this.length - this.#dear.length + cheap + slow + unproven;
    return Math.min(1, Math.max(leastShare, dear / Math.max(1, others)));
  }
}

function kindOf({ expectedMs, fillCost, plan }: Sequence): TurnKind {
  if (expectedMs === Number.POSITIVE_INFINITY) return plan.hasCustomStages ? "dear" : "unproven";
  if (expectedMs > dearMs) return "dear";
  return fillCost.ms > slowMs && fillCost.ms < Number.POSITIVE_INFINITY ? "slow" : "cheap";
}
