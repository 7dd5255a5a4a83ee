/** Arrival times of an open loop, all computed before the run, from the seed alone. */
import { Random } from "../random/random.ts";
import type { ArrivalLaw, RatePiece } from "../scenario/laws.ts";
import { ProfileClock } from "./rateProfile.ts";

export interface ArrivalOptions {
  readonly law: ArrivalLaw;
  readonly burstiness: number;
  readonly pieces: readonly RatePiece[];
  /** At most that many requests; absent: all that fit the pieces. */
  readonly count: number | undefined;
  readonly seed: number;
}

/** Milliseconds from the start, ascending. */
export function arrivalTimes({ law, burstiness, pieces, count, seed }: ArrivalOptions): Float64Array {
  const random = new Random(seed, "arrivals");
  const clock = new ProfileClock(pieces);
  const times: number[] = [];
  let area = 0;
  while (count === undefined || times.length < count) {
    if (law !== "constant" || times.length > 0) area += unitGap(law, burstiness, random);
    const timeMs = clock.timeMs(area);
    if (timeMs === undefined) break;
    times.push(timeMs);
  }
  return Float64Array.from(times);
}

/** An inter-arrival time with mean 1. */
function unitGap(law: ArrivalLaw, burstiness: number, random: Random): number {
  switch (law) {
    case "constant":
      return 1;
    case "poisson":
      return random.exponential();
    case "gamma":
      return random.gamma(burstiness) / burstiness;
    default:
      return law satisfies never;
  }
}
