/**
 * Threads of one file, for programs in which piscina's own file is not beside piscina: bundled ones. As much of piscina as `Threads`
 * needs: each thread runs one resident task, and a task that is run anew has a new thread.
 */
import { threadFlags } from "@tokenmill/check";
import { type Transferable, Worker } from "node:worker_threads";
import type { ThreadData } from "./threadMain.ts";
import type { ResidentTask, WorkerSetup } from "./worker.ts";

export interface RunOptions {
  /** Makes the task fail and its thread be forgotten. */
  readonly signal: AbortSignal;
  readonly transferList: Transferable[];
}

export class OwnThreads {
  /** By worker. */
  readonly threads: Worker[] = [];
  /** Every task has its thread at once. */
  readonly queueSize = 0;
  readonly #url: URL;
  readonly #setup: WorkerSetup;
  readonly #heapMiB: number;

  constructor(url: URL, setup: WorkerSetup, heapMiB: number) {
    this.#url = url;
    this.#setup = setup;
    this.#heapMiB = heapMiB;
  }

  /** Resolves when the task returns; rejects when its thread dies, as piscina words it. */
  run(task: ResidentTask, { signal, transferList }: RunOptions): Promise<void> {
    const data: ThreadData = { setup: this.#setup, task };
    const thread = new Worker(this.#url, {
      workerData: data,
      ...threadFlags(process.execArgv),
      transferList,
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMiB },
    });
    this.threads[task.workerIndex] = thread;
    // the pool keeps the process alive while rows are in flight
    thread.unref();
    return new Promise((resolve, reject) => {
      thread.on("error", reject);
      thread.on("message", () => resolve());
      thread.on("exit", (code) => reject(new Error(`worker exited with code: ${code}`)));
      signal.addEventListener("abort", () => reject(new Error("the thread was abandoned")));
    });
  }

  async destroy(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}
