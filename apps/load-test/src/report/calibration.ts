/** What the load generator itself can do, and the latency it adds. */
export interface Calibration {
  /** What it was driven against. */
  readonly endpoint: "in process" | "instant HTTP server";
  readonly processes: number;
  readonly tokensPerRequest: number;
  /** Closed loop, as fast as it goes. */
  readonly maxRequestsPerSecond: number;
  readonly maxTokensPerSecond: number;
  /** Open loop at a quarter of that rate. */
  readonly rate: number;
  readonly e2eP50Ms: number;
  readonly e2eP99Ms: number;
  readonly sendDelayP99Ms: number;
}
