/** Where a target is full: a limit breaks, or more load brings no more throughput. */

export interface LoadPoint {
  readonly load: number;
  /** Requests or tokens per second. */
  readonly throughput: number;
  /** Requests per second that came of those offered, for a sweep over rates; undefined otherwise. */
  readonly achievedShare: number | undefined;
  readonly keepsLimits: boolean;
}

export interface Saturation {
  /** The last point before a limit broke, or the one from which on the curve is flat. */
  readonly load: number;
  readonly throughput: number;
  readonly reason: "limit" | "bend" | "none";
}

/** A doubling of the load must bring at least that much more, else the curve has bent. */
const leastGainOfDoubling = 0.1;
/** Less of an offered rate than that came back: the target is behind. */
const leastAchievedShare = 0.95;

/** @param points ascending in load, not empty. */
export function findSaturation(points: readonly LoadPoint[]): Saturation {
  const broken = points.findIndex(isBeyond);
  const carried = broken < 0 ? points : points.slice(0, broken);
  const bend = carried.findIndex(
    (point, index) => index + 1 < carried.length && !growsAfter(point, carried.slice(index + 1)),
  );
  const { load, throughput } = carried[bend] ?? carried.at(-1) ?? points[0]!;
  if (bend >= 0) return { load, throughput, reason: "bend" };
  if (broken < 0) return { load, throughput, reason: "none" };
  return { load, throughput, reason: points[broken]!.keepsLimits ? "bend" : "limit" };
}

/** Whether a sweep can end: beyond a limit at once, beyond a bend after two points, as one may be noise. */
export function isFull(points: readonly LoadPoint[]): boolean {
  if (points.some(isBeyond)) return true;
  const { load, reason } = findSaturation(points);
  return reason === "bend" && points.filter((point) => point.load > load).length >= 2;
}

function isBeyond({ keepsLimits, achievedShare }: LoadPoint): boolean {
  return !keepsLimits || (achievedShare !== undefined && achievedShare < leastAchievedShare);
}

/** One later point that is high enough is growth, whatever dip lies between. */
function growsAfter(point: LoadPoint, later: readonly LoadPoint[]): boolean {
  return later.some(({ load, throughput }) => {
    const doublings = Math.log2(load / point.load);
    return throughput >= point.throughput * (1 + leastGainOfDoubling) ** doublings;
  });
}
