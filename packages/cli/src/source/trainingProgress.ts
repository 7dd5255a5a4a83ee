/** Tells on stderr that the embedded model is being trained: a bar on a terminal, else two lines. */
import { oneLine } from "@tokenmill/check";
import type { ModelProgress } from "@tokenmill/embedded-model";
import { Presets, SingleBar } from "cli-progress";

export class TrainingProgress {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #startMs: number | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update({ stage, fraction }: ModelProgress): void {
    // A model from the cache has no stages in between.
    if (stage === "load" || (stage === "ready" && this.#startMs === undefined)) return;
    if (this.#startMs === undefined) this.#start();
    this.#bar?.update(Math.round(fraction * 100), { stage });
    if (stage === "ready") this.#done();
  }

  /** A line that must not disturb the bar. */
  note(line: string): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#stream.write(`${oneLine(line)}\n`);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #start(): void {
    this.#startMs = performance.now();
    this.#stream.write("training the embedded model (once, a few seconds)\n");
    if (!this.#stream.isTTY) return;
    const format = "  {bar} {percentage} %  {stage}";
    this.#bar = new SingleBar({ format, stream: this.#stream, clearOnComplete: true }, Presets.shades_classic);
    this.#bar.start(100, 0, { stage: "" });
  }

  #done(): void {
    this.end();
    this.#stream.write(`trained in ${((performance.now() - this.#startMs!) / 1000).toFixed(1)} s\n`);
  }
}
