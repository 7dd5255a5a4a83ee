/** The host's book of the slots: who has each, what was submitted in it, and how its job and result records are written and read. */
import { dtypeBytes, type SampleResult } from "@tokenmill/core";
import {
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_MASK_IMAGE,
  JOB_MASK_OUTPUT,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_LOW,
  JOB_STATE,
  JOB_UNDO_COUNT,
  JOB_WRITE_ROW,
  type MemoryViews,
  readResult,
  RESULT_STATUS,
} from "@tokenmill/core/internal";
import { MESSAGE_BYTES, type Slab } from "../memory/slab.ts";
import { takeBackPatches } from "../memory/takeBackPatches.ts";
import type { Plan, SampleJob } from "../types.ts";

const FREE = 0;
const ACQUIRED = 1;
const IN_FLIGHT = 2;

export class SlotBook {
  readonly views: MemoryViews;
  readonly #slab: Slab;
  readonly #memory: WebAssembly.Memory;
  readonly #words64: BigUint64Array;
  readonly #costs: Float32Array;
  readonly #free: number[];
  readonly #use: Uint8Array;
  /** Of what was submitted last in the slot. */
  readonly #plans: (Plan | undefined)[];
  readonly #writesRow: Uint8Array;
  readonly #hasMasks: Uint8Array;
  /** Slots that a thread which does not end may still write to: free when it has ended. */
  readonly #withheld: Set<number> = new Set();

  constructor(slab: Slab, memory: WebAssembly.Memory) {
    this.#slab = slab;
    this.#memory = memory;
    const { buffer } = memory;
    const wholeWords64 = buffer.byteLength >> 3;
    this.views = { i32: new Int32Array(buffer), f64: new Float64Array(buffer, 0, wholeWords64) };
    this.#words64 = new BigUint64Array(buffer, 0, wholeWords64);
    this.#costs = new Float32Array(buffer, slab.costs, slab.slotCount);
    this.#free = Array.from({ length: slab.slotCount }, (_, i) => slab.slotCount - 1 - i);
    this.#use = new Uint8Array(slab.slotCount);
    this.#plans = new Array<Plan | undefined>(slab.slotCount).fill(undefined);
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
    if (!this.#withheld.has(slot)) this.#free.push(slot);
  }

  /** Nobody gets the slot, should it be released before, until `ended`. */
  async withhold(slot: number, ended: Promise<unknown>): Promise<void> {
    this.#withheld.add(slot);
    await ended;
    this.#withheld.delete(slot);
    if (this.#use[slot] === FREE) this.#free.push(slot);
  }

  /** @throws RangeError if the slot is free or in flight. */
  checkAcquired(slot: number): void {
    if (this.#use[slot] !== ACQUIRED) throw new RangeError(`slot ${slot} expected to be acquired and not under way`);
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
  begin(
    slot: number,
    {
      plan,
      history,
      seed,
      sequenceId,
      position,
      writeRow,
      hasTokenMask = false,
      masks,
      state = plan.initialState,
    }: SampleJob,
  ): void {
    this.#use[slot] = IN_FLIGHT;
    this.#plans[slot] = plan;
    this.#writesRow[slot] = writeRow ? 1 : 0;
    this.#hasMasks[slot] = masks ? 1 : 0;
    const { i32, f64 } = this.views;
    const job = (this.#slab.jobs + slot * JOB_BYTES) >> 2;
    if (state) f64.set(state, (this.#slab.jobs + slot * JOB_BYTES + JOB_STATE) >> 3);
    i32[job + (JOB_PLAN >> 2)] = plan.offsetBytes;
    i32[job + (JOB_HISTORY >> 2)] = history.offsetBytes;
    i32[job + (JOB_HISTORY_LENGTH >> 2)] = history.length;
    i32[job + (JOB_PROMPT_LENGTH >> 2)] = history.promptLength;
    this.#words64[(job + (JOB_SEED_LOW >> 2)) >> 1] = seed; // low and high word at once: the memory is little-endian
    this.#words64[(job + (JOB_SEQUENCE_LOW >> 2)) >> 1] = sequenceId;
    i32[job + (JOB_POSITION >> 2)] = position;
    i32[job + (JOB_WRITE_ROW >> 2)] = writeRow ? 1 : 0;
    i32[job + (JOB_MASK >> 2)] = hasTokenMask || masks ? this.#maskOffset(slot) : 0;
    i32[job + (JOB_MASK_IMAGE >> 2)] = masks?.image ?? 0;
    i32[job + (JOB_MASK_OUTPUT >> 2)] = masks?.output ?? 0;
    i32[job + (JOB_UNDO_COUNT >> 2)] = 0;
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
  fail(slot: number, status: number): void {
    takeBackPatches(this.views.i32, this.#slab, slot);
    this.views.i32[this.#resultOffset(slot, RESULT_STATUS) >> 2] = status;
  }

  /** Reads the result record; a text that was written beside it comes first in `message`. */
  readResult(slot: number, into: SampleResult): void {
    this.checkAcquired(slot);
    const { params, initialState, hasCustomStages } = this.#plans[slot]!;
    readResult(this.views, this.#resultOffset(slot), params.logprobs !== undefined, into, initialState !== undefined);
    switch (into.status) {
      case "source_failed":
      case "stage_failed":
      case "grammar_failed":
        into.message = this.#message(slot);
        return;
      case "nan_logits":
      case "positive_infinity_logits":
      case "all_tokens_masked":
        if (hasCustomStages) into.message = this.#message(slot) + into.message;
        return;
      case "ok":
      case "invalid_plan":
      case "worker_lost":
      case "row_timeout":
      case "quarantined":
        return;
      default:
        into.status satisfies never;
    }
  }

  #resultOffset(slot: number, field = 0): number {
    return this.#slab.results + slot * this.#slab.resultBytes + field;
  }

  #message(slot: number): string {
    const offset = this.#slab.messages + slot * MESSAGE_BYTES;
    const length = this.views.i32[offset >> 2]!;
    return new TextDecoder().decode(new Uint8Array(this.#memory.buffer, offset + 4, length).slice());
  }
}
