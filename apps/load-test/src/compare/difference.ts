/** One quantity of two reports: how much it changed, and whether that is more than noise. */
export interface Difference {
  readonly name: string;
  readonly unit: "ms" | "/s" | "share";
  readonly before: number;
  readonly after: number;
  /** after / before − 1. */
  readonly change: number;
  /** 95 % interval of the change, as shares; null where there is too little to tell. */
  readonly interval: readonly [number, number] | null;
  readonly verdict: "real" | "noise" | "unknown";
}

/** A change that its interval does not let be zero, and that is at least 1 %: less is within the precision of slices. */
export function verdictOf(change: number, interval: readonly [number, number] | null): Difference["verdict"] {
  if (!interval) return "unknown";
  const [low, high] = interval;
  return (low > 0 || high < 0) && Math.abs(change) >= 0.01 ? "real" : "noise";
}
