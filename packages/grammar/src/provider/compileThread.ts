/** A thread that compiles, within limits of time and memory: it is ended when it keeps to neither, and started again. */
import { Worker } from "node:worker_threads";
import { type CompileAnswer, type CompileSetup, type CompileTask, errorOfFault } from "./compileProtocol.ts";
import type { SharedImage } from "./sharedImage.ts";

/** The thread sees for itself that time is up; it is ended if it has not seen it by then. */
const graceMs = 500;

export interface ThreadLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

/** JSON text of a specification, and the parameter that it came in. */
export interface Specification {
  readonly spec: string;
  readonly param: string;
}

export class CompileThread {
  readonly #setup: CompileSetup;
  readonly #limits: ThreadLimits;
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(setup: CompileSetup, limits: ThreadLimits) {
    this.#setup = setup;
    this.#limits = limits;
  }

  /** Starts the thread before there is something to do. */
  warm(): void {
    if (!this.#worker) this.#start();
  }

  /** One after the other. @throws what compiling throws; GrammarBudgetError beyond the limits */
  compile({ spec, param }: Specification): Promise<SharedImage> {
    const { timeMs, memoryBytes } = this.#limits;
    const tooMuch = (most: string): Error =>
      errorOfFault(
        { kind: "budget", message: `"${param}" expected one that takes at most ${most}: it is too large` },
        param,
      );
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        worker.off("message", answered);
        worker.off("error", failed);
        worker.off("exit", exited);
        worker.unref();
      };
      const give = (error: Error): void => {
        end();
        this.#replace(worker);
        reject(error);
      };
      const answered = (answer: CompileAnswer): void => {
        end();
        if (answer.image) resolve(answer.image);
        else reject(errorOfFault(answer.error, param));
      };
      const failed = (error: Error & { code?: string }): void => {
        const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
        give(isMemory ? tooMuch(`${memoryBytes / 2 ** 20} MiB`) : error);
      };
      const exited = (): void => give(new Error("the thread that compiles grammars has ended"));
      const timer = setTimeout(() => give(tooMuch(`${timeMs} ms`)), timeMs + graceMs);
      worker.on("message", answered);
      worker.on("error", failed);
      worker.on("exit", exited);
      worker.ref();
      worker.postMessage({ spec, param, timeMs } satisfies CompileTask);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./compileWorker.js", import.meta.url), {
      workerData: this.#setup,
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memoryBytes / 2 ** 20, stackSizeMb: 8 },
    });
    // of a thread without a task: the next task starts another
    worker.on("error", () => this.#forget(worker));
    worker.on("exit", () => this.#forget(worker));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #forget(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }

  #replace(worker: Worker): void {
    this.#forget(worker);
    void worker.terminate();
    if (!this.#isClosed && !this.#worker) this.#start();
  }
}
