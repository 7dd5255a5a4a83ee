/** The page's side of the maths worker: replies come in the order of the requests. */
import { WorkerClient } from "../worker/workerClient.ts";
import type { DrawRequest, Draws, EvaluateRequest, Evaluation, MathsRequest } from "./messages.ts";

export class MathsClient {
  readonly #client = new WorkerClient<MathsRequest, Evaluation | Draws | undefined>(
    new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    "the kernels",
  );

  /** Puts a row into the kernels' memory. Rejects for one that cannot be sampled. */
  async setRow(logits: Float32Array): Promise<void> {
    await this.#client.ask({ type: "row", logits });
  }

  async evaluate(request: Omit<EvaluateRequest, "type">): Promise<Evaluation> {
    return (await this.#client.ask({ type: "evaluate", ...request })) as Evaluation;
  }

  async draw(request: Omit<DrawRequest, "type">): Promise<Draws> {
    return (await this.#client.ask({ type: "draw", ...request })) as Draws;
  }
}
