/** Token histories in shared memory: the host appends, workers read. */
import { checkInteger, checkTokenIds, type Range, refuse, refuseBecause } from "@tokenmill/check";
import type { Arena } from "./arena.ts";
import type { History, HistoryView } from "../types.ts";

/** Where a pool's histories lie, and what their ids are of. */
export interface HistoryMemory {
  readonly arena: Arena;
  readonly words: Int32Array;
  readonly vocabSize: number;
}

/**
 * Copies `prompt` into a block with space for `capacity` ids; undefined while the arena is full.
 * @throws TypeError, RangeError for ids outside the vocabulary, and capacities that can never be
 */
export function openHistory(memory: HistoryMemory, prompt: ArrayLike<number>, capacity: number): History | undefined {
  const { arena, words, vocabSize } = memory;
  if (!Number.isInteger(capacity) || capacity < Math.max(1, prompt.length)) {
    const least = `integer ≥ ${Math.max(1, prompt.length)} (the prompt's length)`;
    refuse("capacity", least, capacity, typeof capacity !== "number");
  }
  if (capacity * 4 > arena.capacityBytes) {
    refuse("capacity", `at most ${arena.capacityBytes >> 2} tokens: raise arenaBytes`, capacity, false);
  }
  checkTokenIds("prompt", prompt, vocabSize);
  const offsetBytes = arena.allocate(capacity * 4);
  if (offsetBytes === undefined) return undefined;
  words.set(prompt, offsetBytes / 4);
  return new SharedHistory(memory, offsetBytes, capacity, prompt.length);
}

/** @throws RangeError unless it is a history of this arena that has not been released: its block may be another's by now. */
export function checkHistory(history: HistoryView, arena: Arena): void {
  const owner = history instanceof Beginning ? history.of : history;
  if (!SharedHistory.isOpenIn(owner, arena)) {
    refuseBecause("history", "expected one that this pool opened and that is not released", false);
  }
}

class SharedHistory implements History {
  readonly offsetBytes: number;
  readonly capacity: number;
  readonly promptLength: number;
  length: number;
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #ids: Range;
  #isReleased = false;

  constructor({ arena, words, vocabSize }: HistoryMemory, offsetBytes: number, capacity: number, promptLength: number) {
    this.#arena = arena;
    this.#words = words;
    this.#ids = { min: 0, max: vocabSize - 1 };
    this.offsetBytes = offsetBytes;
    this.capacity = capacity;
    this.promptLength = promptLength;
    this.length = promptLength;
  }

  static isOpenIn(history: unknown, arena: Arena): boolean {
    return history instanceof SharedHistory && history.#arena === arena && !history.#isReleased;
  }

  push(tokenId: number): void {
    // Kernels trust the ids, and the block of a released history is another's.
    checkInteger("tokenId", tokenId, this.#ids);
    if (this.#isReleased) refuseBecause("history", "expected one that is not released", false);
    if (this.length >= this.capacity) throw new RangeError(`history expected at most ${this.capacity} tokens`);
    this.#words[this.offsetBytes / 4 + this.length++] = tokenId;
  }

  truncate(length: number): void {
    this.length = checkInteger("length", length, { min: this.promptLength, max: this.length });
  }

  beginning(length: number): HistoryView {
    return new Beginning(this, checkInteger("length", length, { min: 0, max: this.length }));
  }

  tokens(): Int32Array {
    const first = this.offsetBytes / 4;
    return this.#words.subarray(first, first + this.length);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#arena.free(this.offsetBytes, this.capacity * 4);
  }
}

class Beginning implements HistoryView {
  readonly of: SharedHistory;
  readonly offsetBytes: number;
  readonly length: number;
  readonly promptLength: number;

  constructor(of: SharedHistory, length: number) {
    this.of = of;
    this.offsetBytes = of.offsetBytes;
    this.length = length;
    this.promptLength = length;
  }
}
