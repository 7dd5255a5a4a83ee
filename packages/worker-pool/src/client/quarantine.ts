/**
 * Custom stages that end workers are out of service for a while: each death costs everybody a thread that has to start. The
 * blame is on all custom stages of the row together, whatever the other parameters; rows without any are not blamed, since
 * kernels end no worker and a source's rows are given up one by one.
 */

/** Deaths within `PERIOD_MS` after which rows fail at once, until the oldest of them is that old. */
const MOST_DEATHS = 4;
const PERIOD_MS = 60_000;

export class Quarantine {
  /** Times of the last deaths, by stage set. */
  readonly #deaths = new Map<string, number[]>();

  /** A worker died in a row with these stages. */
  add(stages: string): void {
    const deaths = this.#recent(stages);
    deaths.push(performance.now());
    this.#deaths.set(stages, deaths.slice(-MOST_DEATHS));
  }

  /** Milliseconds until rows with these stages are done again; 0: they are now. */
  remainingMs(stages: string): number {
    if (this.#deaths.size === 0) return 0;
    const deaths = this.#recent(stages);
    return deaths.length < MOST_DEATHS ? 0 : deaths[0]! + PERIOD_MS - performance.now();
  }

  #recent(stages: string): number[] {
    const oldest = performance.now() - PERIOD_MS;
    const deaths = (this.#deaths.get(stages) ?? []).filter((ms) => ms > oldest);
    if (deaths.length === 0) this.#deaths.delete(stages);
    return deaths;
  }
}
