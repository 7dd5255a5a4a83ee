/** The thread that owns the row and the kernels, so that the page stays smooth on rows of any length. */
import { messageOf } from "@tokenmill/check";
import { createSampler } from "@tokenmill/core";
import { Evaluator } from "./evaluate.ts";
import type { Draws, Evaluation, MathsReply, MathsRequest } from "./messages.ts";

let evaluator: Evaluator | undefined;

async function answer(request: MathsRequest): Promise<Evaluation | Draws | undefined> {
  if (request.type === "row") {
    evaluator = undefined;
    const sampler = await createSampler({ vocabSize: request.logits.length, maxLogprobs: 0 });
    sampler.row.set(request.logits);
    evaluator = new Evaluator(sampler);
    return undefined;
  }
  if (!evaluator) throw new Error("there is no row yet");
  return request.type === "evaluate"
    ? evaluator.evaluate(request.settings, request.before, request.top)
    : evaluator.draw(request.settings, request.before, request.count);
}

/** Requests are answered one by one, in order. */
let last: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<MathsRequest>) => {
  last = last.then(async () => {
    let reply: MathsReply;
    try {
      reply = { type: "done", result: await answer(data) };
    } catch (error) {
      reply = { type: "failed", message: messageOf(error) };
    }
    self.postMessage(reply);
  });
});
