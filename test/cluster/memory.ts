/** Memory of processes as they run, from the kernel's own account. */
import { readFileSync } from "node:fs";

const everyMs = 1000;
const pageMiB = 4096 / 2 ** 20;

export class Memory {
  readonly #pids: Map<string, number> = new Map();
  readonly #samples: Map<string, number[]> = new Map();
  readonly #timer: NodeJS.Timeout = setInterval(() => this.#sample(), everyMs);

  /** One that comes in place of another goes on under its name. */
  watch(name: string, pid: number): void {
    this.#pids.set(name, pid);
  }

  /** Ends the watch. */
  print(): void {
    clearInterval(this.#timer);
    for (const [name, samples] of this.#samples) {
      const at = (share: number): string => {
        const begin = Math.floor(share * samples.length);
        const part = samples
          .slice(begin, begin + Math.max(1, Math.floor(samples.length / 5)))
          .toSorted((a, b) => a - b);
        return (part[Math.floor(part.length / 2)] ?? 0).toFixed(0);
      };
      const fifths = [0.2, 0.4, 0.6, 0.8].map(at).join(", ");
      console.log(
        `memory of ${name}: medians of the second to the last fifth of the time ${fifths} MiB, most ${Math.max(...samples).toFixed(0)} MiB`,
      );
    }
  }

  #sample(): void {
    for (const [name, pid] of this.#pids) {
      try {
        const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
        const samples = this.#samples.get(name) ?? [];
        this.#samples.set(name, samples);
        samples.push(pages * pageMiB);
      } catch {
        // It has ended, or there is no such account on this system.
      }
    }
  }
}
