/**
 * The worker threads: piscina owns their life, or in bundled programs `OwnThreads`; each runs one resident task, and one that dies
 * is started again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { errorOf, threadFlags } from "@tokenmill/check";
import { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import type { MaskImages } from "../rows/maskImages.ts";
import { OwnThreads } from "./ownThreads.ts";
import type { ThreadData } from "./threadMain.ts";
import { findThreadFiles } from "./threadFiles.ts";
import type { TickerSetup } from "./ticker.ts";
import type { ResidentTask, WorkerSetup } from "./worker.ts";

/** Starts in a row that failed, of one worker or of threads that died before they had a task, after which all is ended. */
const MAX_FAILED_STARTS = 5;
/** A start that takes longer has failed for good. */
const START_LIMIT_MS = 120_000;
/** A thread that is told to end and has not by then hangs outside of JavaScript: it is abandoned. */
const END_LIMIT_MS = 1000;

/** How a worker died. */
export interface Death {
  /** Absent: the thread had not begun. */
  readonly incarnation?: number;
  /** By `kill`: it says nothing about what the worker did. */
  readonly isDrill: boolean;
  /** Settles when an abandoned thread has ended. Absent: it has. */
  readonly ended?: Promise<unknown>;
}

export interface ThreadsOptions {
  readonly workers: number;
  readonly setup: WorkerSetup;
  readonly ticker: TickerSetup;
  /** Where `threadMain` is; absent: in this package. */
  readonly workerUrl: URL | undefined;
  /** What each worker is told of from its start on; absent without a mask filler. */
  readonly images: MaskImages | undefined;
  /** Of each thread, in MiB. */
  readonly heapMiB: number;
  /** Called when a worker has died, before it is replaced. */
  readonly onDeath: (death: Death) => void;
  /** Called when workers keep dying at their start, after all have been ended. */
  readonly onHopeless: (reason: Error) => void;
  /** Whether that start of the worker got ready. */
  readonly hasStarted: (workerIndex: number, incarnation: number) => boolean;
}

export class Threads {
  readonly #pool: Piscina | OwnThreads;
  readonly #ticker: Worker;
  readonly #options: ThreadsOptions;
  readonly #tasks: Promise<void>[] = [];
  /** By worker: makes piscina forget the thread of its task. */
  readonly #leave: AbortController[] = [];
  /** Threads that were left to themselves, by worker. */
  readonly #left: Map<number, Promise<unknown>> = new Map();
  #incarnations = 0;
  /** Deaths to come that say nothing about whether workers can start. */
  #kills = 0;
  #failedThreads = 0;
  #threadError: Error | undefined;
  /** No thread is left, none is started any more. */
  #isOver = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    const { workerUrl, setup, heapMiB } = options;
    const files = workerUrl ? undefined : findThreadFiles();
    const clock: ThreadData = { ticker: options.ticker };
    this.#ticker = new Worker(workerUrl ?? files!.main, { workerData: clock, ...threadFlags(process.execArgv) });
    this.#ticker.on("error", (error) => void this.#giveUp(errorOf(error)));
    this.#ticker.unref();
    this.#pool = workerUrl ? new OwnThreads(workerUrl, setup, heapMiB) : this.#startPiscina(files!.workerEntry);
    for (let index = 0; index < options.workers; index++) this.#tasks.push(this.#keepAlive(index));
  }

  #startPiscina(workerEntry: URL): Piscina {
    const options = this.#options;
    const piscina = new Piscina({
      filename: workerEntry.href,
      minThreads: options.workers,
      maxThreads: options.workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: "disabled",
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMiB },
      workerData: options.setup,
      ...threadFlags(process.execArgv),
    });
    piscina.on("error", (error: Error) => {
      this.#threadError = error; // of a thread without a task; `workerDestroy` comes as well
    });
    piscina.on("workerDestroy", () => setImmediate(() => this.#replaceThread(piscina)));
    return piscina;
  }

  /** Runs the resident task again and again until it returns, as it does when it is told to stop. */
  async #keepAlive(workerIndex: number): Promise<void> {
    let failedStarts = 0;
    while (!this.#isOver) {
      const images = this.#options.images?.connect();
      const task: ResidentTask = { workerIndex, incarnation: this.#incarnations++, images: images?.port };
      const leave = new AbortController();
      this.#leave[workerIndex] = leave;
      const isLate = setTimeout(() => this.#startIsLate(task), START_LIMIT_MS).unref();
      try {
        await this.#pool.run(task, { signal: leave.signal, transferList: images ? [images.port] : [] });
        return;
      } catch (error) {
        if (this.#isOver) return;
        const ended = this.#left.get(workerIndex);
        this.#left.delete(workerIndex);
        const isDrill = this.#takeKill();
        this.#options.onDeath({ incarnation: task.incarnation, isDrill, ...(ended && { ended }) });
        if (this.#options.hasStarted(workerIndex, task.incarnation)) failedStarts = 0;
        else if (!isDrill && ++failedStarts >= MAX_FAILED_STARTS) await this.#giveUp(errorOf(error));
      } finally {
        clearTimeout(isLate);
        images?.close();
      }
    }
  }

  #startIsLate({ workerIndex, incarnation }: ResidentTask): void {
    if (this.#options.hasStarted(workerIndex, incarnation)) return;
    void this.#giveUp(new Error(`a worker expected to start within ${START_LIMIT_MS} ms: a module hangs`));
  }

  /** piscina starts no thread in place of one that died before it was ready, although its task still waits for one. */
  #replaceThread(piscina: Piscina): void {
    const { queueSize, threads } = piscina;
    if (this.#isOver || queueSize === 0 || threads.length >= this.#options.workers) {
      if (queueSize === 0) this.#failedThreads = 0;
      return;
    }
    const isDrill = this.#takeKill();
    this.#options.onDeath({ isDrill });
    if (!isDrill && ++this.#failedThreads >= MAX_FAILED_STARTS) {
      void this.#giveUp(this.#threadError ?? new Error("threads end before they are ready"));
      return;
    }
    // a task that comes to a full queue has a thread started, which the one that waits will get; so it can go again
    const nudge = new AbortController();
    piscina.run({}, { signal: nudge.signal }).catch(() => undefined);
    nudge.abort();
  }

  #takeKill(): boolean {
    if (this.#kills === 0) return false;
    this.#kills--;
    return true;
  }

  async #giveUp(reason: Error): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#destroy(); // nobody may write to a slot that is given up
    this.#options.onHopeless(reason);
  }

  /** Ends a thread at once, as a crash would. */
  async kill(index: number): Promise<void> {
    const thread = this.#pool.threads[index];
    if (!thread || thread.threadId < 0) return; // its replacement is not there yet
    this.#kills++;
    await thread.terminate();
  }

  /** Ends the thread of a worker that does not come back from what it does; `onDeath` follows. */
  async end(workerIndex: number, threadId: number): Promise<void> {
    const thread = this.#pool.threads.find((candidate) => candidate.threadId === threadId);
    if (!thread) return; // it has ended by itself
    const ended = thread.terminate();
    if (await settlesWithin(ended, END_LIMIT_MS)) return;
    this.#left.set(workerIndex, ended);
    this.#leave[workerIndex]!.abort();
  }

  /** Waits for the resident tasks, which have been told to stop, then ends the threads: all within `timeoutMs` and a second. */
  async close(timeoutMs: number): Promise<void> {
    await settlesWithin(Promise.all(this.#tasks), timeoutMs);
    this.#isOver = true;
    await this.#destroy();
  }

  async #destroy(): Promise<void> {
    await settlesWithin(Promise.all([this.#pool.destroy(), this.#ticker.terminate()]), END_LIMIT_MS);
  }
}

/** Whether the promise settles in that time; the process does not live for the wait. */
async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const inTime = promise.then(
    () => true,
    () => true,
  );
  const tooLate = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  const isInTime = await Promise.race([inTime, tooLate]);
  timer.abort();
  return isInTime;
}
