import { describe, expect, it } from "vitest";
import { Recorder } from "../measure/recorder.ts";
import { Random } from "../random/random.ts";
import { buildRunReport } from "../report/buildRunReport.ts";
import { machineFacts } from "../report/machineFacts.ts";
import type { RunReport } from "../report/runReport.ts";
import { completeScenario } from "../scenario/completeScenario.ts";
import type { Difference } from "./difference.ts";
import { compareRuns } from "./compareRuns.ts";

/** 60 slices with a hundred requests each; latencies lognormal around `medianMs`, with a level that wanders from slice to slice. */
async function report(seed: number, medianMs: number): Promise<RunReport> {
  const scenario = await completeScenario({ target: { type: "null" }, durationMs: 30_000, warmUpMs: 0 }, "test");
  const random = new Random(seed, "data");
  const recorder = new Recorder(500);
  let level = 0;
  for (let slice = 0; slice < 60; slice++) {
    level = 0.7 * level + 0.02 * random.normal();
    const count = 90 + random.below(21);
    for (let i = 0; i < count; i++) {
      const ms = medianMs * Math.exp(level + 0.3 * random.normal());
      recorder.sliceAt(slice * 500 + 1).histograms.e2e.record(ms);
      recorder.histograms.e2e.record(ms);
    }
    recorder.sliceAt(slice * 500 + 1).completed += count;
    recorder.window.completed += count;
  }
  recorder.endMs = 30_000;
  const target = { facts: {}, bytesPerToken: undefined, pids: [] };
  return buildRunReport({
    scenario,
    startedAt: new Date(0),
    machine: machineFacts(),
    data: recorder.toData(),
    driver: { cores: 0, eventLoopDelayP99Ms: 0 },
    sliceMs: 500,
    target,
    resources: [],
    calibration: undefined,
  });
}

const named = (differences: readonly Difference[], name: string): Difference =>
  differences.find((difference) => difference.name === name)!;

describe("comparison of runs", () => {
  it("calls at most 1 of 8 pairs of runs of the same thing a real change of the median", async () => {
    let real = 0;
    for (let seed = 0; seed < 8; seed++) {
      const differences = compareRuns(await report(seed, 20), await report(seed + 100, 20));
      if (named(differences, "e2e p50").verdict === "real") real++;
    }
    expect(real).toBeLessThanOrEqual(1);
  });

  it("calls 10 % more latency real, with the change inside the interval or within 2 points, and leaves the rate alone", async () => {
    const differences = compareRuns(await report(1, 20), await report(2, 22));
    for (const name of ["e2e p50", "e2e p90"]) {
      const { verdict, interval } = named(differences, name);
      expect({ name, verdict }).toEqual({ name, verdict: "real" });
      expect(interval![0]).toBeLessThan(0.12);
      expect(interval![1]).toBeGreaterThan(0.08);
    }
    expect(named(differences, "requests/s").verdict).toBe("noise");
  });

  it("says nothing from fewer than eight slices", async () => {
    const whole = await report(1, 20);
    const short = { ...whole, slices: whole.slices.slice(0, 5), window: { fromMs: 0, toMs: 2500 } };
    expect(named(compareRuns(short, whole), "e2e p50").verdict).toBe("unknown");
  });
});
