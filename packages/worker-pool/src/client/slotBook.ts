/** The host's book of the slots: who has each, what was submitted in it, and how its job and result records are written and read. */
import { dtypeBytes, type SampleErrorCode, type SampleResult } from "@tokenmill/core";
import { failResult, readResult, type RecordViews, undoPatches, viewsOf, writeJob } from "@tokenmill/core/internal";
import { jobOf, MESSAGE_BYTES, placeJobs, resultOf, type Slab } from "../memory/slab.ts";
import type { Plan, SampleJob } from "../types.ts";

const FREE = 0;
const ACQUIRED = 1;
const IN_FLIGHT = 2;

export class SlotBook {
  readonly views: RecordViews;
  readonly #slab: Slab;
  readonly #memory: WebAssembly.Memory;
  readonly #costs: Float32Array;
  readonly #free: number[];
  readonly #use: Uint8Array;
  /** Of what was submitted last in the slot. */
  readonly #plans: (Plan | undefined)[];
  readonly #writesRow: Uint8Array;
  readonly #hasMasks: Uint8Array;
  /** Of each slot: who may still write to it, whoever has it: it is free when all have ended. */
  readonly #writers: Uint32Array;
  readonly #onFreed: () => void;

  /** @param onFreed called when a slot that was withheld is free */
  constructor(slab: Slab, memory: WebAssembly.Memory, onFreed: () => void) {
    this.#onFreed = onFreed;
    this.#slab = slab;
    this.#memory = memory;
    const { buffer } = memory;
    this.views = viewsOf(memory);
    placeJobs(this.views, slab);
    this.#costs = new Float32Array(buffer, slab.costs, slab.slotCount);
    this.#free = Array.from({ length: slab.slotCount }, (_, i) => slab.slotCount - 1 - i);
    this.#use = new Uint8Array(slab.slotCount);
    this.#plans = new Array<Plan | undefined>(slab.slotCount).fill(undefined);
    this.#writers = new Uint32Array(slab.slotCount);
    this.#writesRow = new Uint8Array(slab.slotCount);
    this.#hasMasks = new Uint8Array(slab.slotCount);
  }

  get freeCount(): number {
    return this.#free.length;
  }

  acquire(): number {
    const slot = this.#free.pop() ?? -1;
    if (slot >= 0) this.#use[slot] = ACQUIRED;
    return slot;
  }

  release(slot: number): void {
    this.checkAcquired(slot);
    this.#use[slot] = FREE;
    this.#plans[slot] = undefined;
    if (this.#writers[slot] === 0) this.#free.push(slot);
  }

  /** Nobody gets the slot, should it be released before, until `ended` settles. */
  async withhold(slot: number, ended: Promise<unknown>): Promise<void> {
    this.#writers[slot]!++;
    await Promise.allSettled([ended]);
    if (--this.#writers[slot]! > 0 || this.#use[slot] !== FREE) return;
    this.#free.push(slot);
    this.#onFreed();
  }

  /** @throws RangeError if the slot is free or in flight. */
  checkAcquired(slot: number): void {
    if (this.#use[slot] !== ACQUIRED) throw new RangeError(`slot ${slot} expected to be acquired and not in flight`);
  }

  row(slot: number): Float32Array | Uint16Array {
    if (!this.#use[slot]) throw new RangeError(`slot ${slot} expected to be acquired`);
    const { dtype, rows, rowBytes, vocabSize } = this.#slab;
    const RowType = dtypeBytes[dtype] === 4 ? Float32Array : Uint16Array;
    return new RowType(this.#memory.buffer, rows + slot * rowBytes, vocabSize);
  }

  tokenMask(slot: number): Int32Array {
    return new Int32Array(this.#memory.buffer, this.#maskOffset(slot), (this.#slab.vocabSize + 31) >> 5);
  }

  #maskOffset(slot: number): number {
    return this.#slab.masks + slot * this.#slab.maskBytes;
  }

  /** Writes the job record of an acquired slot, which is in flight then. */
  begin(slot: number, job: SampleJob): void {
    const { plan, history, seed, sequenceId, position, redraw, writeRow, hasTokenMask, masks, maskStart } = job;
    const { state = plan.initialState } = job;
    this.#use[slot] = IN_FLIGHT;
    this.#plans[slot] = plan;
    this.#writesRow[slot] = writeRow ? 1 : 0;
    this.#hasMasks[slot] = masks ? 1 : 0;
    writeJob(this.views, jobOf(this.#slab, slot), {
      plan: plan.offsetBytes,
      history: history.offsetBytes,
      historyLength: history.length,
      promptLength: history.promptLength,
      seed,
      sequenceId,
      position,
      redraw,
      state,
      mask: hasTokenMask || masks ? this.#maskOffset(slot) : 0,
      maskImage: masks?.image ?? 0,
      maskOutput: masks?.output ?? 0,
      maskStart,
      narrowsMask: hasTokenMask,
      writesRow: writeRow,
    });
  }

  /** The slot is its owner's again. */
  end(slot: number): void {
    this.#use[slot] = ACQUIRED;
    this.#plans[slot]!.cost.add(this.#costs[slot]!);
  }

  /** The plan that was submitted last in the slot. */
  planOf(slot: number): Plan {
    return this.#plans[slot]!;
  }

  /** Whether the pool's source writes the row. */
  writesRow(slot: number): boolean {
    return this.#writesRow[slot] === 1;
  }

  /** Whether the row's mask is filled where it is done. */
  hasMasks(slot: number): boolean {
    return this.#hasMasks[slot] === 1;
  }

  /** Thread time of the slot's last row in milliseconds. */
  costMs(slot: number): number {
    return this.#costs[slot]!;
  }

  setCostMs(slot: number, ms: number): void {
    this.#costs[slot] = ms;
  }

  /** Fails a row that no worker has and nobody will do. */
  fail(slot: number, code: SampleErrorCode): void {
    undoPatches(this.views, jobOf(this.#slab, slot));
    failResult(this.views, resultOf(this.#slab, slot), code);
  }

  /** Reads the result record; a text that was written beside it comes first in `message`. */
  readResult(slot: number, into: SampleResult): void {
    this.checkAcquired(slot);
    readResult(this.views, resultOf(this.#slab, slot), into);
    switch (into.status) {
      case "source_failed":
      case "stage_failed":
      case "grammar_failed":
        into.message = this.#message(slot);
        return;
      case "nan_logits":
      case "positive_infinity_logits":
      case "all_tokens_masked":
      case "row_too_sparse":
      case "sampling_mask_too_large":
        if (this.#plans[slot]!.hasCustomStages) into.message = this.#message(slot) + into.message;
        return;
      case "ok":
      case "invalid_plan":
      case "invalid_sparse_row":
      case "worker_lost":
      case "row_timeout":
      case "quarantined":
        return;
      default:
        into.status satisfies never;
    }
  }

  #message(slot: number): string {
    const offset = this.#slab.messages + slot * MESSAGE_BYTES;
    const length = this.views.i32[offset >> 2]!;
    return new TextDecoder().decode(new Uint8Array(this.#memory.buffer, offset + 4, length).slice());
  }
}
