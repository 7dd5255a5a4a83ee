/** The page's side of the grammar's worker: replies come in the order of the requests. */
import { WorkerClient } from "../worker/workerClient.ts";
import type { DrawRequest, GrammarPlan, GrammarRequest, GrammarStep, StepRequest } from "./messages.ts";

export class GrammarClient {
  readonly #client = new WorkerClient<GrammarRequest, GrammarStep | number | undefined>(
    new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    "the grammar engine",
  );

  async setVocabulary(texts: readonly string[]): Promise<void> {
    await this.#client.ask({ type: "vocabulary", texts });
  }

  /** Rejects for what is no grammar, in words for the user. */
  async compile(plan: GrammarPlan): Promise<void> {
    await this.#client.ask({ type: "compile", plan });
  }

  async step(request: Omit<StepRequest, "type">): Promise<GrammarStep> {
    return (await this.#client.ask({ type: "step", ...request })) as GrammarStep;
  }

  async draw(request: Omit<DrawRequest, "type">): Promise<number> {
    return (await this.#client.ask({ type: "draw", ...request })) as number;
  }
}
