/** The host's end of the model thread: one question at a time is out. */
import { Worker } from "node:worker_threads";
import { errorOf, threadFlags } from "@tokenmill/check";
import type { StepItem } from "@tokenmill/contracts";
import type { Answer, Request, ThreadData } from "./messages.ts";

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class ModelThread {
  readonly #worker: Worker;
  /** In the order of their questions. */
  readonly #waiters: Waiter[] = [];
  #lost: Error | undefined;

  private constructor(data: ThreadData) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: data,
      ...threadFlags(process.execArgv),
    });
    this.#worker.on("message", (answer: Answer) => this.#waiters.shift()?.resolve(answer));
    this.#worker.on("error", (error) => this.#lose(errorOf(error)));
    this.#worker.on("exit", () => this.#lose(new Error("the thread of the ONNX model has ended")));
    this.#worker.unref();
  }

  /** @throws Error for a file that is no decoder, after the thread has ended */
  static async open(data: ThreadData): Promise<{ thread: ModelThread; vocabSize: number; form: "shared" | "moved" }> {
    const thread = new ModelThread(data);
    const answer = await thread.#answer();
    if (answer.kind === "ready") return { thread, ...answer };
    await thread.#worker.terminate();
    throw new Error(answer.kind === "failed" ? answer.message : "the thread of the ONNX model did not open it");
  }

  /** @throws Error of the runtime */
  async step(items: readonly StepItem[]): Promise<void> {
    await this.#ask({ kind: "step", items });
  }

  post(request: Extract<Request, { kind: "truncate" | "fork" }>): void {
    this.#worker.postMessage(request);
  }

  /** After what was asked before. */
  async close(): Promise<void> {
    if (!this.#lost) await this.#ask({ kind: "close" }).catch(() => undefined);
    await this.#worker.terminate();
  }

  async #ask(request: Request): Promise<void> {
    if (this.#lost) throw this.#lost;
    this.#worker.postMessage(request);
    const answer = await this.#answer();
    if (answer.kind === "failed") throw new Error(answer.message);
  }

  /** The thread keeps the process alive only while an answer is awaited. */
  async #answer(): Promise<Answer> {
    this.#worker.ref();
    try {
      return await new Promise<Answer>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    } finally {
      if (this.#waiters.length === 0) this.#worker.unref();
    }
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#waiters.splice(0)) reject(this.#lost);
  }
}
