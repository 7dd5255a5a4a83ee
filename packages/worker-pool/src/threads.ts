/** The worker threads: piscina owns their life, each runs one resident task; one that dies is started again. */
import { Piscina } from "piscina";
import type { ResidentTask, WorkerSetup } from "./worker.ts";

/** Deaths in a row without a worker getting ready, after which no new one is started. */
const MAX_FAILED_STARTS = 5;

export interface ThreadsOptions {
  readonly workers: number;
  readonly setup: WorkerSetup;
  /** Called when a worker has died, before it is replaced. */
  readonly onDeath: (incarnation: number, reason: Error) => void;
  /** Called when workers keep dying at their start, after all have been ended. */
  readonly onHopeless: (reason: Error) => void;
  /** How many workers have ever got ready. */
  readonly readyCount: () => number;
}

export class Threads {
  readonly #piscina: Piscina;
  readonly #options: ThreadsOptions;
  readonly #tasks: Promise<void>[] = [];
  #incarnations = 0;
  #failedStarts = 0;
  #readyAtDeath = 0;
  #isClosing = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#piscina = new Piscina({
      filename: new URL("./worker.js", import.meta.url).href,
      minThreads: options.workers,
      maxThreads: options.workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: "disabled",
      recordTiming: false,
      workerData: options.setup,
    });
    for (let index = 0; index < options.workers; index++) this.#tasks.push(this.#keepAlive(index));
  }

  /** Runs the resident task again and again until the pool closes. */
  async #keepAlive(workerIndex: number): Promise<void> {
    while (!this.#isClosing) {
      const task: ResidentTask = { workerIndex, incarnation: this.#incarnations++ };
      try {
        await this.#piscina.run(task);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error : new Error(String(error));
        if (this.#isClosing) return;
        this.#options.onDeath(task.incarnation, reason);
        const ready = this.#options.readyCount();
        this.#failedStarts = ready === this.#readyAtDeath ? this.#failedStarts + 1 : 0;
        this.#readyAtDeath = ready;
        if (this.#failedStarts >= MAX_FAILED_STARTS) {
          this.#isClosing = true;
          await this.#piscina.destroy(); // nobody may write to a slot that is given up
          this.#options.onHopeless(reason);
        }
      }
    }
  }

  /** Ends a thread at once. */
  async kill(index: number): Promise<void> {
    await this.#piscina.threads[index]?.terminate();
  }

  /** Waits for the resident tasks, which have been told to stop, then ends the threads. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#tasks);
    await this.#piscina.destroy();
  }
}
