/** The view of a run on a terminal: a few sequences as they grow, and the pace. Redrawn at most every 80 ms. */
import { oneLine } from "@tokenmill/check";
import { asyncScheduler, Subject, type Subscription, throttleTime } from "rxjs";
import type { LiveArea } from "../cli/liveArea.ts";
import { tail } from "./cutText.ts";
import { PaceMeter } from "./paceMeter.ts";
import type { RunCounter } from "./runSummary.ts";
import type { RunningSequence } from "./runningSequence.ts";
import type { RunObserver } from "./runObserver.ts";
import { count, workersText } from "./summaryText.ts";
import { sequenceLine } from "./textOutput.ts";

const redrawMs = 80;
const mostSequences = 10;

export interface LiveViewOptions {
  readonly area: LiveArea;
  readonly counter: RunCounter;
  readonly workers: number;
  /** How many copies of each prompt may be shown. */
  readonly show: number;
  readonly faint: (text: string) => string;
}

export class LiveView implements RunObserver {
  readonly #options: LiveViewOptions;
  readonly #shown: Set<RunningSequence> = new Set();
  readonly #changes: Subject<void> = new Subject();
  readonly #drawing: Subscription;
  readonly #pace: PaceMeter = new PaceMeter(1000);

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#drawing = this.#changes
      .pipe(throttleTime(redrawMs, asyncScheduler, { leading: true, trailing: true }))
      .subscribe(() => this.#draw());
  }

  opened(sequence: RunningSequence): void {
    if (sequence.item.copy < this.#options.show) this.#shown.add(sequence);
    this.#changes.next();
  }

  event(sequence: RunningSequence, { finishReason }: { finishReason?: string }): undefined {
    if (finishReason !== undefined) this.#shown.delete(sequence);
    this.#changes.next();
  }

  failed(_item: unknown, _error: unknown, sequence: RunningSequence | undefined): undefined {
    if (sequence) this.#shown.delete(sequence);
    this.#changes.next();
  }

  end(): void {
    this.#drawing.unsubscribe();
    this.#options.area.end();
  }

  #draw(): void {
    const { area, counter, workers, faint } = this.#options;
    const lines = [...this.#firstShown(Math.min(mostSequences, area.rows - 4))].map((sequence) => this.#line(sequence));
    const now = performance.now();
    const pace = this.#pace.perSecond(now, counter.tokens);
    const state = [
      `${count(counter.tokens)} tokens`,
      `${count(pace)} tokens/s`,
      `${count(counter.open)} sequences active`,
      `${count(counter.finished)} done`,
      counter.failures > 0 && `${count(counter.failures)} failed`,
      workersText(workers),
      `${((now - counter.startMs) / 1000).toFixed(1)} s`,
    ].filter((part) => part !== false);
    area.draw([...lines, faint(state.join("  "))]);
  }

  *#firstShown(most: number): Generator<RunningSequence> {
    let left = most;
    for (const sequence of this.#shown) if (left-- > 0) yield sequence;
  }

  /** Its newest text, as much as fits. */
  #line(sequence: RunningSequence): string {
    const line = sequenceLine(sequence);
    const { columns } = this.#options.area;
    if (line.length < columns) return line;
    const label = `[${sequence.item.sequenceId}] `;
    return label + tail(oneLine(line.slice(label.length)), columns - 1 - label.length);
  }
}
