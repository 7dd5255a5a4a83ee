/** The schedule of an open load: arrival times and, from a trace, lengths. */
import type { OpenLoad, Scenario } from "../scenario/scenario.ts";
import { arrivalTimes } from "./arrivals.ts";
import type { RatePiece } from "../scenario/laws.ts";
import { readTrace, type TraceEntry } from "../scenario/trace.ts";

export interface Schedule {
  /** Milliseconds from the start, ascending. */
  readonly times: Float64Array;
  /** One per time, for trace replay. */
  readonly entries: readonly TraceEntry[] | undefined;
}

export async function makeSchedule(scenario: Scenario, load: OpenLoad): Promise<Schedule> {
  const { durationMs, count, seed } = scenario;
  if (load.trace) {
    const { file, speed } = load.trace;
    const entries = (await readTrace(file)).filter(({ atMs }) => atMs / speed < durationMs).slice(0, count);
    return { times: Float64Array.from(entries, ({ atMs }) => atMs / speed), entries };
  }
  const pieces = cutTo(durationMs, loadPieces(load, durationMs));
  return {
    times: arrivalTimes({ law: load.arrivals, burstiness: load.burstiness, pieces, count, seed }),
    entries: undefined,
  };
}

function loadPieces({ rate, profile, bursts }: OpenLoad, durationMs: number): readonly RatePiece[] {
  if (profile) return profile;
  if (!bursts) return [{ durationMs, from: rate!, to: rate! }];
  const { baseRate, peakRate, periodMs, burstMs } = bursts;
  return Array.from({ length: Math.ceil(durationMs / periodMs) }, () => [
    { durationMs: burstMs, from: peakRate, to: peakRate },
    { durationMs: periodMs - burstMs, from: baseRate, to: baseRate },
  ]).flat();
}

/** The pieces up to `limitMs`, the last one shortened. */
function cutTo(limitMs: number, pieces: readonly RatePiece[]): RatePiece[] {
  let leftMs = limitMs;
  return pieces.flatMap(({ durationMs, from, to }) => {
    const keptMs = Math.min(durationMs, leftMs);
    leftMs -= keptMs;
    return keptMs > 0 ? [{ durationMs: keptMs, from, to: from + ((to - from) * keptMs) / durationMs }] : [];
  });
}
