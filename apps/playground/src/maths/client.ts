/** The page's side of the maths worker: replies come in the order of the requests. */
import type { DrawRequest, Draws, EvaluateRequest, Evaluation, MathsReply, MathsRequest } from "./messages.ts";

interface Waiter {
  resolve(result: Evaluation | Draws | undefined): void;
  reject(error: Error): void;
}

export class MathsClient {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #waiting: Waiter[] = [];

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<MathsReply>) => {
      const waiter = this.#waiting.shift();
      if (data.type === "done") waiter?.resolve(data.result);
      else waiter?.reject(new Error(data.message));
    });
    this.#worker.addEventListener("error", (event) => {
      const error = new Error(`the kernels could not start: ${event.message || "the worker did not load"}`);
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    });
  }

  /** Puts a row into the kernels' memory. Rejects for one that cannot be sampled. */
  async setRow(logits: Float32Array): Promise<void> {
    await this.#ask({ type: "row", logits });
  }

  async evaluate(request: Omit<EvaluateRequest, "type">): Promise<Evaluation> {
    return (await this.#ask({ type: "evaluate", ...request })) as Evaluation;
  }

  async draw(request: Omit<DrawRequest, "type">): Promise<Draws> {
    return (await this.#ask({ type: "draw", ...request })) as Draws;
  }

  #ask(request: MathsRequest): Promise<Evaluation | Draws | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }
}
