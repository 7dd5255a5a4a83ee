/**
 * Rows of a model: takes wanted rows at any time, runs one step after the other for as long as there are some, and reports
 * each row when its step is done. Rows without a slot wait for one.
 */
import { errorOf } from "@tokenmill/check";
import type { ModelSource } from "@tokenmill/core";
import { type KvClaim, KvSlots } from "./kvSlots.ts";
import { blankPadding } from "./padding.ts";
import { RowsAhead } from "./rowsAhead.ts";
import { sharedLength } from "./sharedLength.ts";
import { type PendingRow, planStep } from "./stepPlan.ts";

/** A row that is wanted of a sequence; one at a time of each. */
export interface WantedRow {
  readonly sequenceId: bigint;
  /** Prompt and output so far, one token at least; kept. */
  readonly history: Int32Array;
  /** Tokens that are known to follow, the row after each of which will be wanted; kept. */
  readonly upcoming?: Int32Array;
  /** `vocabSize` elements in shared memory. */
  readonly target: Float32Array;
  /** Told once, unless the sequence is closed before. */
  done(error: Error | undefined): void;
}

interface SlottedRow extends PendingRow {
  readonly wanted: WantedRow;
  readonly ahead: RowsAhead;
  isCancelled: boolean;
}

const cancelled = (): Error => new Error("the sequence was cancelled");

/**
 * Sequences whose rows are done are waited for before the next step, so that they are in it: that long at most, or that share
 * of the last step if it is longer, for one that comes late waits for a whole step.
 */
const longestReturnMs = 2;
const longestReturnShare = 0.25;
/** Most memory of all rows that are computed before they are wanted. */
const mostAheadBytes = 64 * 2 ** 20;
/** A prompt that shares at least that many tokens with one under computation waits for it, to fork them. */
const leastSharedTokens = 16;

export class ModelRows {
  readonly #model: ModelSource;
  readonly #slots: KvSlots;
  /** Wanted, in order of arrival, without a slot. */
  readonly #waiting = new Map<bigint, WantedRow>();
  readonly #slotted = new Map<bigint, SlottedRow>();
  /** Had a row in the last step, and has neither asked for the next nor been closed. */
  readonly #away = new Set<bigint>();
  /** Rows that were computed before they were wanted. */
  readonly #ahead = new Map<bigint, RowsAhead>();
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #stepMs = 0;
  #whenAllReturned: (() => void) | undefined;

  constructor(model: ModelSource) {
    this.#model = model;
    this.#slots = new KvSlots(model.limits.sequences);
  }

  request(wanted: WantedRow): void {
    const { sequenceId, history, target } = wanted;
    const known = this.#ahead.get(sequenceId)?.find(history);
    if (known) {
      target.set(known);
      queueMicrotask(() => wanted.done(undefined));
      return;
    }
    this.#ahead.delete(sequenceId);
    this.#waiting.set(sequenceId, wanted);
    this.#return(sequenceId);
    this.#running ??= this.#run();
  }

  /** A row that is wanted of the sequence fails: at once, or when the step that runs, which may write it, is done. */
  cancel(sequenceId: bigint): void {
    const waiting = this.#waiting.get(sequenceId);
    this.#waiting.delete(sequenceId);
    waiting?.done(cancelled());
    const slotted = this.#slotted.get(sequenceId);
    if (slotted) slotted.isCancelled = true;
  }

  /** The sequence ends: a row of it that is wanted is not computed on; the step that runs is waited for. */
  closeSequence(sequenceId: bigint): void {
    this.#waiting.delete(sequenceId);
    this.#slotted.delete(sequenceId);
    this.#ahead.delete(sequenceId);
    this.#slots.release(sequenceId);
    this.#return(sequenceId);
  }

  /** Fails what is wanted and closes the model. */
  async close(): Promise<void> {
    this.#abort.abort(new Error("the model was closed"));
    await this.#model.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // rows that are asked for together are in one step
    while (this.#waiting.size + this.#slotted.size > 0 && !this.#abort.signal.aborted) {
      await this.#allReturned();
      try {
        this.#assignSlots();
        await this.#step();
        this.#dropCancelled();
      } catch (error) {
        this.#failAll(errorOf(error));
      }
    }
    if (this.#abort.signal.aborted) this.#failAll(errorOf(this.#abort.signal.reason));
    this.#running = undefined;
  }

  #return(sequenceId: bigint): void {
    if (this.#away.delete(sequenceId) && this.#away.size === 0) this.#whenAllReturned?.();
  }

  async #allReturned(): Promise<void> {
    if (this.#away.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(longestReturnMs, this.#stepMs * longestReturnShare));
      this.#whenAllReturned = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#whenAllReturned = undefined;
    this.#away.clear();
  }

  #assignSlots(): void {
    const isBusy = (slot: number): boolean => [...this.#slotted.values()].some((row) => row.slot === slot);
    for (const [sequenceId, wanted] of this.#waiting) {
      if (this.#isBetterLater(wanted.history)) continue;
      const claim = this.#slots.claim(sequenceId, wanted.history, isBusy);
      if (!claim) continue;
      this.#waiting.delete(sequenceId);
      try {
        this.#prepare(claim);
      } catch (error) {
        this.#slots.forget(sequenceId);
        wanted.done(errorOf(error));
        continue;
      }
      const { slot, cachedLength } = claim;
      const { upcoming = new Int32Array(0), target } = wanted;
      const ahead = RowsAhead.plan(wanted.history, upcoming, target, this.#mostAhead(target.byteLength));
      const { history, rows } = ahead;
      this.#slotted.set(sequenceId, {
        slot,
        history,
        rows,
        computedLength: cachedLength,
        wanted,
        ahead,
        isCancelled: false,
      });
    }
  }

  /** @throws what the model throws; its slot holds anything then */
  #prepare({ slot, cachedLength, isTruncated, forkFrom }: KvClaim): void {
    if (forkFrom !== undefined) {
      this.#model.truncate(slot, 0);
      this.#model.fork(forkFrom, slot, cachedLength);
    } else if (isTruncated) this.#model.truncate(slot, cachedLength);
  }

  /** A step's rows, in what is left of their memory. */
  #mostAhead(rowBytes: number): number {
    const known = [...this.#ahead.values(), ...[...this.#slotted.values()].map(({ ahead }) => ahead)];
    const held = known.reduce((sum, { aheadCount }) => sum + aheadCount, 0);
    return Math.max(0, Math.min(this.#model.limits.stepTokens - 1, Math.floor(mostAheadBytes / rowBytes) - held));
  }

  /** A prompt that is being computed will soon be a prefix to fork. */
  #isBetterLater(history: Int32Array): boolean {
    const cachedLength = this.#slots.longestPrefix(history);
    return [...this.#slotted.values()].some((row) => {
      const shared = Math.min(sharedLength(row.history, history), history.length - 1);
      return shared >= leastSharedTokens && shared > cachedLength;
    });
  }

  #dropCancelled(): void {
    for (const [sequenceId, { wanted, isCancelled }] of this.#slotted) {
      if (!isCancelled) continue;
      this.#slotted.delete(sequenceId);
      wanted.done(cancelled());
    }
  }

  async #step(): Promise<void> {
    const planned = planStep([...this.#slotted.values()], this.#model.limits.stepTokens);
    if (planned.length === 0) return;
    const items = planned.map(({ item }) => item);
    this.#slots.beginStep();
    const startMs = performance.now();
    await this.#model.step(items, this.#abort.signal);
    this.#stepMs = performance.now() - startMs;
    for (const { item } of planned) this.#slots.append(item.slot, item.tokenIds);
    for (const { item, row, isLast } of planned) {
      row.computedLength += item.tokenIds.length;
      const { sequenceId } = row.wanted;
      if (!isLast || this.#slotted.get(sequenceId) !== row) continue;
      this.#slotted.delete(sequenceId);
      this.#away.add(sequenceId);
      const [error] = row.rows.flatMap(({ target }) => blankPadding(target, this.#model.tokenizer.vocabSize) ?? []);
      if (!error && row.rows.length > 1) this.#ahead.set(sequenceId, row.ahead);
      row.wanted.done(error);
    }
  }

  #failAll(error: Error): void {
    const rows = [...[...this.#slotted.values()].map(({ wanted }) => wanted), ...this.#waiting.values()];
    this.#slotted.clear();
    this.#waiting.clear();
    for (const row of rows) {
      this.#slots.release(row.sequenceId);
      row.done(error);
    }
  }
}
