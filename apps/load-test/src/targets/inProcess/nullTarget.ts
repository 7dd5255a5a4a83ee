/** Answers each request in the next round of the event loop with all its tokens: what is left is our own cost. */
import type { Call, Sent, Target } from "../target/target.ts";
import type { PlannedRequest } from "../../schedule/planRequests.ts";

export class NullTarget implements Target {
  readonly bytesPerToken = undefined;
  readonly facts: Readonly<Record<string, unknown>> = {};
  readonly pids: readonly number[] = [];

  send({ maxTokens }: PlannedRequest, call: Call): Sent {
    let isCancelled = false;
    setImmediate(() => {
      if (isCancelled) return;
      for (let i = 0; i < maxTokens; i++) call.tokens(1);
      call.done();
    });
    return { cancel: () => void (isCancelled = true) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
