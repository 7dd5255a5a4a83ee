/** A thread that compiles, within limits of time and memory: it is ended when it keeps to neither, and started again. */
import { Worker } from "node:worker_threads";
import { threadFlags } from "@tokenmill/check";
import {
  type CompileAnswer,
  type CompiledImage,
  type CompileTask,
  type CompileThreadSetup,
  errorOfFault,
  ready,
  signals,
  type Specification,
} from "./compileProtocol.ts";
import type { SpecSettings } from "./compileSpec.ts";

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

/** What the thread works on. */
interface Task {
  readonly param: string;
  readonly resolve: (image: CompiledImage) => void;
  readonly reject: (error: Error) => void;
  /** When the thread began with it, as `performance.now` says it. */
  startedMs: number | undefined;
  /** Ends it, wherever the thread is. */
  timer: NodeJS.Timeout | undefined;
}

export class CompileThread {
  readonly #settings: SpecSettings;
  readonly #limits: ThreadLimits;
  readonly #signals = new Int32Array(new SharedArrayBuffer(8));
  #worker: Worker | undefined;
  #task: Task | undefined;
  #isReady = false;
  #isClosed = false;

  constructor(settings: SpecSettings, limits: ThreadLimits) {
    this.#settings = settings;
    this.#limits = limits;
  }

  /** Starts the thread before there is something to do. */
  warm(): void {
    if (!this.#worker) this.#start();
  }

  /** Others are pending: what is compiled yields if it takes longer than they want to wait. */
  hurry(): void {
    const { timeMs, hurriedMs } = this.#limits;
    if (!this.#task || hurriedMs >= timeMs || Atomics.exchange(this.#signals, signals.isWaited, 1) === 1) return;
    if (this.#task.startedMs !== undefined) this.#limitTime(this.#task);
  }

  /** One after the other. @throws what compiling throws; GrammarBudgetError beyond the limits, HurriedError */
  compile({ kind, spec, param }: Specification): Promise<CompiledImage> {
    const { timeMs, hurriedMs } = this.#limits;
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve, reject) => {
      const task: Task = { param, resolve, reject, startedMs: undefined, timer: undefined };
      this.#task = task;
      Atomics.store(this.#signals, signals.isWaited, 0);
      if (this.#isReady) this.#begin(task);
      else this.#endAfter(task, startMs, () => new Error("the thread that compiles grammars does not start"));
      worker.ref();
      worker.postMessage({ kind, spec, param, timeMs, hurriedMs } satisfies CompileTask);
      Atomics.add(this.#signals, signals.tasks, 1);
      Atomics.notify(this.#signals, signals.tasks);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #begin(task: Task): void {
    task.startedMs = performance.now();
    this.#limitTime(task);
  }

  /** Counted from when the thread began with it. */
  #limitTime(task: Task): void {
    const { timeMs, hurriedMs } = this.#limits;
    const isHurried = Atomics.load(this.#signals, signals.isWaited) === 1;
    const restMs = task.startedMs! + (isHurried ? hurriedMs : timeMs) + graceMs - performance.now();
    this.#endAfter(task, restMs, () =>
      isHurried
        ? errorOfFault({ kind: "hurried", message: "others wait" }, task.param)
        : tooMuch(task.param, `${timeMs} ms`),
    );
  }

  #endAfter(task: Task, ms: number, error: () => Error): void {
    clearTimeout(task.timer);
    task.timer = setTimeout(() => this.#giveUp(error()), ms);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./compileWorker.js", import.meta.url), {
      workerData: { settings: this.#settings, signals: this.#signals } satisfies CompileThreadSetup,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#limits.memoryBytes / 2 ** 20,
        maxYoungGenerationSizeMb: youngMb,
        stackSizeMb: 8,
      },
      ...threadFlags(process.execArgv),
    });
    worker.on("message", (answer: CompileAnswer | typeof ready) => {
      if (this.#worker === worker) this.#answered(answer);
    });
    worker.on("error", (error: Error & { code?: string }) => {
      if (this.#worker !== worker) return;
      const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      const most = `${this.#limits.memoryBytes / 2 ** 20} MiB`;
      this.#giveUp(isMemory && this.#task ? tooMuch(this.#task.param, most) : error);
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#giveUp(new Error("the thread that compiles grammars has ended"));
    });
    worker.unref();
    this.#worker = worker;
    this.#isReady = false;
    return worker;
  }

  #answered(answer: CompileAnswer | typeof ready): void {
    if (answer === ready) {
      this.#isReady = true;
      if (this.#task) this.#begin(this.#task);
      return;
    }
    this.#worker!.unref();
    const { param, resolve, reject } = this.#endTask()!;
    if (answer.image) resolve(answer.image);
    else reject(errorOfFault(answer.error, param));
  }

  #endTask(): Task | undefined {
    const task = this.#task;
    clearTimeout(task?.timer);
    this.#task = undefined;
    return task;
  }

  /** Ends the thread. In place of one without a task, the next task starts another. */
  #giveUp(error: Error): void {
    const task = this.#endTask();
    void this.#worker!.terminate();
    this.#worker = undefined;
    if (!task) return;
    if (!this.#isClosed) this.#start();
    task.reject(error);
  }
}

function tooMuch(param: string, most: string): Error {
  return errorOfFault(
    { kind: "budget", message: `"${param}" expected one that takes at most ${most}: it is too large` },
    param,
  );
}
