/** Which start of which worker got ready, and in which thread: what workers write down when they begin. */
import { CONTROL_READY, type Slab } from "../memory/slab.ts";

/** Time between two looks for the case that the workers cannot start, of which they do not tell. */
const lookMs = 100;

export class WorkerStarts {
  readonly #slab: Slab;
  readonly #words: Int32Array;

  constructor(slab: Slab, words: Int32Array) {
    this.#slab = slab;
    this.#words = words;
  }

  /** Resolves when every worker has started once, or as soon as that is hopeless. */
  async all(isHopeless: () => boolean): Promise<void> {
    const word = (this.#slab.control >> 2) + CONTROL_READY;
    // Nothing else keeps a process alive while workers that cannot start are ended: it would leave without a word.
    const alive = setInterval(() => undefined, lookMs);
    try {
      await this.#allReady(word, isHopeless);
    } finally {
      clearInterval(alive);
    }
  }

  async #allReady(word: number, isHopeless: () => boolean): Promise<void> {
    while (!isHopeless()) {
      const count = Atomics.load(this.#words, word);
      let index = 0;
      while (index < this.#slab.workers && this.#startOf(index) > 0) index++;
      if (index === this.#slab.workers) return;
      const waiting = Atomics.waitAsync(this.#words, word, count, lookMs);
      if (waiting.async) await waiting.value;
    }
  }

  /** The worker whose last start that was; −1: there has been another since, or it did not get ready. */
  workerOf(incarnation: number): number {
    for (let index = 0; index < this.#slab.workers; index++) if (this.#startOf(index) === incarnation + 1) return index;
    return -1;
  }

  /** The id of the thread that the worker started in last. */
  threadOf(index: number): number {
    return Atomics.load(this.#words, (this.#slab.threadIds >> 2) + index);
  }

  #startOf(index: number): number {
    return Atomics.load(this.#words, (this.#slab.started >> 2) + index);
  }
}
