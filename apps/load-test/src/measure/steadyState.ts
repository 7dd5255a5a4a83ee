/**
 * Whether, and from when on, a run was steady: MSER (White 1997) drops as many slices from the beginning as make the
 * standard error of the mean of the rest smallest; drift compares the two halves of what is left.
 */
import { average, estimate, variance } from "./statistics.ts";

export interface SteadyState {
  readonly fromMs: number;
  readonly toMs: number;
  /** Mean rate of the steady slices, and half of its 95 % interval by batch means. */
  readonly perSecond: number;
  readonly halfWidth: number | undefined;
  /** Second half against the first, as a share: −0.1 is 10 % less. */
  readonly drift: number;
  /** Drift below 10 %, or below 30 % and within what the interval allows, and less than half of the window dropped. */
  readonly isSteady: boolean;
}

const batches = 8;

/** @param counts of whole slices of the measured window. Undefined for fewer than eight. */
export function steadyState(counts: readonly number[], fromMs: number, sliceMs: number): SteadyState | undefined {
  if (counts.length < batches) return undefined;
  const dropped = mserCut(counts);
  const steady = counts.slice(dropped);
  const half = steady.length >> 1;
  const first = average(steady.slice(0, half));
  const second = average(steady.slice(steady.length - half));
  const drift = first === 0 ? 0 : second / first - 1;
  const size = Math.max(1, Math.floor(steady.length / batches));
  const means = Array.from({ length: Math.floor(steady.length / size) }, (_, i) =>
    average(steady.slice(i * size, (i + 1) * size)),
  );
  const { mean, halfWidth } = estimate(means);
  const perSecond = 1000 / sliceMs;
  const allowedDrift = Math.max(0.1, Math.min(0.3, (2 * (halfWidth ?? 0)) / mean));
  return {
    fromMs: fromMs + dropped * sliceMs,
    toMs: fromMs + counts.length * sliceMs,
    perSecond: mean * perSecond,
    halfWidth: halfWidth === undefined ? undefined : halfWidth * perSecond,
    drift,
    isSteady: Math.abs(drift) < allowedDrift && dropped < counts.length / 2,
  };
}

/** At most half is dropped: fewer slices make the criterion erratic. */
function mserCut(counts: readonly number[]): number {
  let best = 0;
  let bestError = Number.POSITIVE_INFINITY;
  for (let dropped = 0; dropped <= counts.length / 2; dropped++) {
    const rest = counts.slice(dropped);
    const error = variance(rest) / rest.length;
    if (error < bestError * (1 - 1e-9)) {
      best = dropped;
      bestError = error;
    }
  }
  return best;
}
