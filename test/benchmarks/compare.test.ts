import { describe, expect, it } from "vitest";
import { compareRuns, describeChanges } from "./compare.ts";
import type { BenchRun, RunSeries } from "./run/benchRun.ts";

/** Normal deviates by a fixed seed. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

interface Noise {
  readonly seed: number;
  readonly processCount: number;
  /** Multiplies series of even number. */
  readonly factor?: number;
}

/** A run of 200 series: 2 % noise between processes, 4 % between rounds, a slow state of the host in some processes. */
function simulatedRun({ seed, processCount, factor = 1 }: Noise): BenchRun {
  const next = noise(seed);
  const slow = Array.from({ length: processCount }, () => (next() > 0.5 ? 1.4 : 1));
  const series = Array.from({ length: 200 }, (_, i): RunSeries => {
    const processes = slow.map((state) => {
      const own = (1 + i / 10) * (i % 2 === 0 ? factor : 1) * Math.exp(0.02 * next());
      const ratios = Array.from({ length: 5 }, () => own * Math.exp(0.04 * next()));
      return { ratios, values: ratios.map((ratio) => 18 * ratio * state) };
    });
    return { bench: "settings", name: `setting ${i}`, at: { vocabSize: 50_257 }, unit: "µs a row", processes };
  });
  const machine = { cpu: "", cores: 2, memoryBytes: 0, node: "", system: "", loadAverage: 0 };
  return { mode: "full", commit: undefined, machine, processCount, durationSeconds: 1, series };
}

const changed = (before: BenchRun, after: BenchRun): number[] =>
  compareRuns(before, after).flatMap(({ isReal }, i) => (isReal ? [i] : []));

describe("compareRuns", () => {
  it("calls at most 1 % of the series changed when nothing changed", () => {
    let wrong = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const before = simulatedRun({ seed, processCount: 3 });
      wrong += changed(before, simulatedRun({ seed: seed + 1000, processCount: 3 })).length;
    }
    expect(wrong).toBeLessThanOrEqual((20 * 200) / 100);
  });

  it("finds 95 % of changes of 20 % with three processes, in the right direction", () => {
    const before = simulatedRun({ seed: 5, processCount: 3 });
    const changes = compareRuns(before, simulatedRun({ seed: 6, processCount: 3, factor: 0.8 }));
    const found = changes.filter(({ isReal }, i) => isReal && i % 2 === 0);
    expect(found.length).toBeGreaterThanOrEqual(95);
    for (const { change } of found) expect(change).toBeLessThan(-0.03);
  });

  it("calls no change real that is below 3 %", () => {
    const before = simulatedRun({ seed: 7, processCount: 3 });
    const series = before.series.map((one) => {
      const processes = one.processes.map(({ values, ratios }) => ({ values, ratios: ratios!.map((r) => 1.02 * r) }));
      return { ...one, processes };
    });
    expect(changed(before, { ...before, series })).toEqual([]);
  });

  it("compares nothing that has one process only, and says so", () => {
    const before = simulatedRun({ seed: 8, processCount: 1 });
    const changes = compareRuns(before, simulatedRun({ seed: 9, processCount: 1, factor: 2 }));
    expect(changes).toEqual([]);
    expect(describeChanges(changes)).toBe("nothing to compare: no series has two processes in both runs");
  });

  it("names a changed series with both medians and the change", () => {
    const before = simulatedRun({ seed: 10, processCount: 3 });
    const text = describeChanges(compareRuns(before, simulatedRun({ seed: 11, processCount: 3, factor: 2 })));
    expect(text).toMatch(/^settings, setting 0, vocabSize 50257 +0\.97\d* → 2\.0\d × {2}\+107\.7 %$/m);
    expect(text).toMatch(/^100 of 200 changed; the others are within the noise$/m);
  });
});
