/** How far a batch is: a bar on a terminal. */
import { Presets, SingleBar } from "cli-progress";

export interface BatchCounts {
  done: number;
  /** Of these: answered with a status that is not 200, or not at all. */
  failed: number;
  tokens: number;
  verified: number;
  /** Of these: with another answer the second time. */
  differing: number;
}

const redrawMs = 200;

export class BatchProgress {
  readonly #bar: SingleBar | undefined;
  readonly #counts: BatchCounts;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startMs: number = performance.now();

  constructor(stream: NodeJS.WriteStream, total: number, counts: BatchCounts) {
    this.#counts = counts;
    if (!stream.isTTY) return;
    const format = "  {bar} {value}/{total}  {failed} failed  {pace} tokens/s  {eta_formatted} left";
    this.#bar = new SingleBar({ format, stream, clearOnComplete: true, etaBuffer: 50 }, Presets.shades_classic);
    this.#bar.start(total, counts.done, { failed: 0, pace: 0 });
    this.#timer = setInterval(() => this.#draw(), redrawMs);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
  }

  #draw(): void {
    const { done, failed, tokens } = this.#counts;
    const pace = Math.round(tokens / ((performance.now() - this.#startMs) / 1000));
    this.#bar?.update(done, { failed, pace });
  }
}
