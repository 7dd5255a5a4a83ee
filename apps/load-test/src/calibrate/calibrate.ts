/**
 * Drives an endpoint that answers at once: what is measured then is the load generator. For targets inside the process
 * that is a null target, for HTTP a server of its own process.
 */
import { buildRunReport } from "../report/buildRunReport.ts";
import { machineFacts } from "../report/machineFacts.ts";
import type { RunReport } from "../report/runReport.ts";
import { openLoadProcesses, startTimeNs } from "../load/loadProcesses.ts";
import type { LoadSpec, Scenario, TargetSpec } from "../scenario/scenario.ts";
import type { Calibration } from "../report/calibration.ts";
import { startInstantServer } from "./instantServer.ts";

const durationMs = 1200;
const warmUpMs = 300;
const sliceMs = 100;
const tokensPerRequest = 16;
const concurrency = 64;

/** Takes about 2.5 s. */
export async function calibrate(
  { target, processes, seed }: Pick<Scenario, "target" | "processes" | "seed">,
  signal: AbortSignal,
): Promise<Calibration> {
  const isHttp = target.type === "http" || target.type === "logits";
  const server = isHttp ? await startInstantServer(tokensPerRequest) : undefined;
  const endpoint: TargetSpec = server
    ? {
        type: "http",
        url: server.url,
        api: "completions",
        stream: true,
        headers: {},
        body: {},
        requestTimeoutMs: 10_000,
        includeUsage: false,
        model: "instant",
      }
    : { type: "null" };
  try {
    const drive = (load: LoadSpec): Promise<RunReport> =>
      driveOnce({ target: endpoint, processes, seed, load }, signal);
    const closed = await drive({ mode: "closed", concurrency: Math.max(concurrency, processes) });
    const rate = Math.max(1, closed.rates.requestsPerSecond / 4);
    const open = await drive({ mode: "open", arrivals: "constant", burstiness: 1, rate });
    return {
      endpoint: server ? "instant HTTP server" : "in process",
      processes,
      tokensPerRequest,
      maxRequestsPerSecond: closed.rates.requestsPerSecond,
      maxTokensPerSecond: closed.rates.tokensPerSecond,
      rate,
      e2eP50Ms: open.metrics.e2e.p50,
      e2eP99Ms: open.metrics.e2e.p99,
      sendDelayP99Ms: open.metrics.sendDelay.p99,
    };
  } finally {
    await server?.close();
  }
}

async function driveOnce(
  given: Pick<Scenario, "target" | "processes" | "seed" | "load">,
  signal: AbortSignal,
): Promise<RunReport> {
  const mix = [{ name: "default", weight: 1, params: {} }];
  const scenario: Scenario = {
    ...given,
    name: "calibration",
    requests: { promptTokens: 16, maxTokens: tokensPerRequest, mix },
    durationMs,
    warmUpMs,
    drainMs: 2000,
    slo: [],
  };
  const load = await openLoadProcesses({ scenario, sliceMs, keepSamples: false });
  try {
    const startedAt = new Date();
    const { data, driver } = await load.run(startTimeNs(), signal);
    return buildRunReport({
      scenario,
      startedAt,
      machine: machineFacts(),
      data,
      driver,
      sliceMs,
      target: load.target,
      resources: [],
      calibration: undefined,
    });
  } finally {
    await load.close();
  }
}
