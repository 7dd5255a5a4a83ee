/** Watches the CPU and memory of local processes while a run goes on. */
import { processUsage } from "./procStat.ts";

export interface ResourceSample {
  readonly atMs: number;
  /** Cores in use since the sample before: 1 is one core. */
  readonly cores: number;
  readonly residentBytes: number;
}

export class ResourceWatch {
  readonly samples: ResourceSample[] = [];
  readonly #pids: readonly number[];
  readonly #startMs: number;
  readonly #timer: NodeJS.Timeout;
  #last: { readonly atMs: number; readonly cpuMs: number } | undefined;

  /** @param startMs `performance.now()` at which the run's time begins. */
  constructor(pids: readonly number[], intervalMs: number, startMs: number) {
    this.#pids = pids;
    this.#startMs = startMs;
    this.#timer = setInterval(() => this.#take(), Math.max(200, intervalMs));
    if (pids.length > 0) this.#take();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#pids.length > 0) this.#take();
  }

  #take(): void {
    const usage = processUsage(this.#pids);
    if (!usage) return;
    const atMs = performance.now() - this.#startMs;
    if (this.#last && atMs > this.#last.atMs) {
      const cores = (usage.cpuMs - this.#last.cpuMs) / (atMs - this.#last.atMs);
      this.samples.push({ atMs, cores: Math.max(0, cores), residentBytes: usage.residentBytes });
    }
    this.#last = { atMs, cpuMs: usage.cpuMs };
  }
}
