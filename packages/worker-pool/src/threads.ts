/** The worker threads: piscina owns their life, each runs one resident task; one that dies is started again. */
import { Piscina } from "piscina";
import type { MaskImages } from "./maskImages.ts";
import type { ResidentTask, WorkerSetup } from "./worker.ts";

/** Starts in a row that failed, of one worker or of threads that died before they had a task, after which all is ended. */
const MAX_FAILED_STARTS = 5;

export interface ThreadsOptions {
  readonly workers: number;
  readonly setup: WorkerSetup;
  /** What each worker is told of from its start on; absent without a mask filler. */
  readonly images: MaskImages | undefined;
  /** Called when a worker has died, before it is replaced; without an incarnation if it had not begun. */
  readonly onDeath: (incarnation: number | undefined) => void;
  /** Called when workers keep dying at their start, after all have been ended. */
  readonly onHopeless: (reason: Error) => void;
  /** Whether that start of the worker got ready. */
  readonly hasStarted: (workerIndex: number, incarnation: number) => boolean;
}

export class Threads {
  readonly #piscina: Piscina;
  readonly #options: ThreadsOptions;
  readonly #tasks: Promise<void>[] = [];
  #incarnations = 0;
  /** Deaths to come that say nothing about whether workers can start. */
  #kills = 0;
  #failedThreads = 0;
  #threadError: Error | undefined;
  /** No thread is left, none is started any more. */
  #isOver = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#piscina = new Piscina({
      filename: new URL("./workerEntry.cjs", import.meta.url).href,
      minThreads: options.workers,
      maxThreads: options.workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: "disabled",
      recordTiming: false,
      workerData: options.setup,
    });
    this.#piscina.on("error", (error: Error) => {
      this.#threadError = error; // of a thread without a task; `workerDestroy` comes as well
    });
    this.#piscina.on("workerDestroy", () => setImmediate(() => this.#replaceThread()));
    for (let index = 0; index < options.workers; index++) this.#tasks.push(this.#keepAlive(index));
  }

  /** Runs the resident task again and again until it returns, as it does when it is told to stop. */
  async #keepAlive(workerIndex: number): Promise<void> {
    let failedStarts = 0;
    while (!this.#isOver) {
      const images = this.#options.images?.connect();
      const task: ResidentTask = { workerIndex, incarnation: this.#incarnations++, images: images?.port };
      try {
        await this.#piscina.run(task, { transferList: images ? [images.port] : [] });
        return;
      } catch (error) {
        if (this.#isOver) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        this.#options.onDeath(task.incarnation);
        const wasKilled = this.#takeKill();
        if (this.#options.hasStarted(workerIndex, task.incarnation)) failedStarts = 0;
        else if (!wasKilled && ++failedStarts >= MAX_FAILED_STARTS) await this.#giveUp(reason);
      } finally {
        images?.close();
      }
    }
  }

  /** piscina starts no thread in place of one that died before it was ready, although its task still waits for one. */
  #replaceThread(): void {
    const { queueSize, threads } = this.#piscina;
    if (this.#isOver || queueSize === 0 || threads.length >= this.#options.workers) {
      if (queueSize === 0) this.#failedThreads = 0;
      return;
    }
    this.#options.onDeath(undefined);
    if (!this.#takeKill() && ++this.#failedThreads >= MAX_FAILED_STARTS) {
      void this.#giveUp(this.#threadError ?? new Error("threads end before they are ready"));
      return;
    }
    // a task that comes to a full queue has a thread started, which the one that waits will get; so it can go again
    const nudge = new AbortController();
    this.#piscina.run({}, { signal: nudge.signal }).catch(() => undefined);
    nudge.abort();
  }

  #takeKill(): boolean {
    if (this.#kills === 0) return false;
    this.#kills--;
    return true;
  }

  async #giveUp(reason: Error): Promise<void> {
    this.#isOver = true;
    await this.#piscina.destroy(); // nobody may write to a slot that is given up
    this.#options.onHopeless(reason);
  }

  /** Ends a thread at once. */
  async kill(index: number): Promise<void> {
    const thread = this.#piscina.threads[index];
    if (!thread || thread.threadId < 0) return; // its replacement is not there yet
    this.#kills++;
    await thread.terminate();
  }

  /** Waits for the resident tasks, which have been told to stop, then ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#tasks);
    this.#isOver = true;
    await this.#piscina.destroy();
  }
}
