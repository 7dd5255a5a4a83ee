/** A thread that compiles, within limits of time and memory: it is ended when it keeps to neither, and started again. */
import { Worker } from "node:worker_threads";
import { threadFlags } from "@tokenmill/check";
import {
  type CompileAnswer,
  type CompileSetup,
  type CompileTask,
  type CompileThreadSetup,
  errorOfFault,
  ready,
  signals,
} from "./compileProtocol.ts";
import type { SharedImage } from "./sharedImage.ts";

/** The thread sees for itself that time is up; it is ended if it has not seen it by then. */
const graceMs = 500;
/** Most that a thread takes to load its code. */
const startMs = 60_000;
/** Capacity of V8's young generation: nearly all garbage of a specification dies in it, so little is copied. */
const youngMb = 64;

export interface ThreadLimits {
  readonly timeMs: number;
  /** Time after which a specification yields once others are pending for the thread. */
  readonly hurriedMs: number;
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
  readonly #signals = new Int32Array(new SharedArrayBuffer(8));
  #worker: Worker | undefined;
  /** Ends what takes longer than others want to wait, wherever the thread is; absent while nothing is compiled. */
  #hurry: (() => void) | undefined;
  #isReady = false;
  #onReady: (() => void) | undefined;
  #isClosed = false;

  constructor(setup: CompileSetup, limits: ThreadLimits) {
    this.#setup = setup;
    this.#limits = limits;
  }

  /** Starts the thread before there is something to do. */
  warm(): void {
    if (!this.#worker) this.#start();
  }

  /** Others are pending: what is compiled yields if it takes long. */
  hurry(): void {
    this.#hurry?.();
  }

  /** One after the other. @throws what compiling throws; GrammarBudgetError beyond the limits, HurriedError */
  compile({ spec, param }: Specification): Promise<SharedImage> {
    const { timeMs, hurriedMs, memoryBytes } = this.#limits;
    const tooMuch = (most: string): Error =>
      errorOfFault(
        { kind: "budget", message: `"${param}" expected one that takes at most ${most}: it is too large` },
        param,
      );
    const worker = this.#worker ?? this.#start();
    let start: number | undefined;
    Atomics.store(this.#signals, signals.isWaited, 0);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#hurry = this.#onReady = undefined;
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
      const answered = (answer: CompileAnswer | typeof ready): void => {
        if (answer === ready) return;
        end();
        if (answer.image) resolve(answer.image);
        else reject(errorOfFault(answer.error, param));
      };
      const failed = (error: Error & { code?: string }): void => {
        const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
        give(isMemory ? tooMuch(`${memoryBytes / 2 ** 20} MiB`) : error);
      };
      const exited = (): void => give(new Error("the thread that compiles grammars has ended"));
      let timer = setTimeout(() => give(new Error("the thread that compiles grammars does not start")), startMs);
      /** Counted from when the thread began with it. */
      const endAfter = (ms: number, error: () => Error): void => {
        clearTimeout(timer);
        timer = setTimeout(() => give(error()), start! + ms + graceMs - performance.now());
      };
      const hurried = (): Error => errorOfFault({ kind: "hurried", message: "others wait" }, param);
      this.#onReady = () => {
        start = performance.now();
        if (Atomics.load(this.#signals, signals.isWaited) === 1) endAfter(hurriedMs, hurried);
        else endAfter(timeMs, () => tooMuch(`${timeMs} ms`));
      };
      this.#hurry = () => {
        if (hurriedMs >= timeMs || Atomics.exchange(this.#signals, signals.isWaited, 1) === 1) return;
        if (start !== undefined) endAfter(hurriedMs, hurried);
      };
      if (this.#isReady) this.#onReady();
      worker.on("message", answered);
      worker.on("error", failed);
      worker.on("exit", exited);
      worker.ref();
      Atomics.add(this.#signals, signals.tasks, 1);
      worker.postMessage({ spec, param, timeMs, hurriedMs } satisfies CompileTask);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    Atomics.store(this.#signals, signals.tasks, 0);
    const worker = new Worker(new URL("./compileWorker.js", import.meta.url), {
      workerData: { ...this.#setup, signals: this.#signals } satisfies CompileThreadSetup,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#limits.memoryBytes / 2 ** 20,
        maxYoungGenerationSizeMb: youngMb,
        stackSizeMb: 8,
      },
      ...threadFlags(process.execArgv),
    });
    // of a thread without a task: the next task starts another
    worker.on("error", () => this.#forget(worker));
    worker.on("exit", () => this.#forget(worker));
    worker.once("message", () => {
      if (this.#worker !== worker) return;
      this.#isReady = true;
      this.#onReady?.();
    });
    worker.unref();
    this.#worker = worker;
    this.#isReady = false;
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
