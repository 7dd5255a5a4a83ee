/** Prints times as Markdown, and keeps the samples of a run in a file for `compare.ts`. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** The times of one setting on one kind of row, a sample each round. */
export interface Timing {
  readonly vocabSize: number;
  readonly kind: string;
  readonly name: string;
  readonly microsPerRow: readonly number[];
  /** To the plain read of the same round. */
  readonly ratios: readonly number[];
}

export interface BenchRun {
  readonly cpu: string;
  readonly node: string;
  readonly variant: string;
  readonly timings: readonly Timing[];
}

export const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]!;

/** One table per vocabulary: a line per setting, a column per kind of row, `µs (ratio)`. */
export function printTables(timings: readonly Timing[]): void {
  for (const vocabSize of new Set(timings.map((timing) => timing.vocabSize))) {
    const ofSize = timings.filter((timing) => timing.vocabSize === vocabSize);
    const kinds = [...new Set(ofSize.map(({ kind }) => kind))];
    const names = [...new Set(ofSize.map(({ name }) => name))];
    console.log(`\n| V = ${vocabSize.toLocaleString("en")}: µs a row (R) | ${kinds.join(" | ")} |`);
    console.log(`|---|${kinds.map(() => "--:").join("|")}|`);
    for (const name of names) {
      const cells = kinds.map((kind) => {
        const timing = ofSize.find((candidate) => candidate.kind === kind && candidate.name === name);
        return timing ? `${median(timing.microsPerRow).toFixed(1)} (${median(timing.ratios).toFixed(2)})` : "";
      });
      console.log(`| ${name} | ${cells.join(" | ")} |`);
    }
  }
}

/** Writes the samples to `path`. */
export function writeRun(path: string, variant: string, timings: readonly Timing[]): void {
  const run: BenchRun = { cpu: cpus()[0]?.model ?? "unknown", node: process.version, variant, timings };
  writeFileSync(path, `${JSON.stringify(run)}\n`);
}
