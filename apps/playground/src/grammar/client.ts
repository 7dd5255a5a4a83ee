/** The page's side of the grammar's worker: replies come in the order of the requests. */
import type { DrawRequest, GrammarPlan, GrammarReply, GrammarRequest, GrammarStep, StepRequest } from "./messages.ts";

interface Waiter {
  resolve(result: GrammarStep | number | undefined): void;
  reject(error: Error): void;
}

export class GrammarClient {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #waiting: Waiter[] = [];

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<GrammarReply>) => {
      const waiter = this.#waiting.shift();
      if (data.type === "done") waiter?.resolve(data.result);
      else waiter?.reject(new Error(data.message));
    });
    this.#worker.addEventListener("error", (event) => {
      const error = new Error(`the grammar engine could not start: ${event.message || "the worker did not load"}`);
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    });
  }

  async setVocabulary(texts: readonly string[]): Promise<void> {
    await this.#ask({ type: "vocabulary", texts });
  }

  /** Rejects for what is no grammar, in words for the user. */
  async compile(plan: GrammarPlan): Promise<void> {
    await this.#ask({ type: "compile", plan });
  }

  async step(request: Omit<StepRequest, "type">): Promise<GrammarStep> {
    return (await this.#ask({ type: "step", ...request })) as GrammarStep;
  }

  async draw(request: Omit<DrawRequest, "type">): Promise<number> {
    return (await this.#ask({ type: "draw", ...request })) as number;
  }

  #ask(request: GrammarRequest): Promise<GrammarStep | number | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }
}
