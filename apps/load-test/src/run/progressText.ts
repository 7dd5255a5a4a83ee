/** How far a run is. */
import { duration, figure } from "../report/number.ts";
import type { Progress } from "../load/loadProcess.ts";

/** Text of each moment, with rates since the moment before. */
export class ProgressText {
  readonly #durationMs: number;
  #last = { elapsedMs: 0, completed: 0, tokens: 0 };

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  at(elapsedMs: number, { inFlight, completed, failed, tokens }: Progress): string {
    const seconds = Math.max(0.001, (elapsedMs - this.#last.elapsedMs) / 1000);
    const perSecond = (count: number, before: number): string => figure(Math.max(0, count - before) / seconds);
    const text = [
      `${duration(Math.max(0, elapsedMs))} of ${duration(this.#durationMs)}`,
      `${inFlight} in flight`,
      `${perSecond(completed, this.#last.completed)} requests/s`,
      `${perSecond(tokens, this.#last.tokens)} tokens/s`,
      failed > 0 ? `${failed} failed` : "",
    ].filter(Boolean);
    this.#last = { elapsedMs, completed, tokens };
    return text.join("   ");
  }
}
