/** What a process says of itself with each heartbeat. */
import { hostname } from "node:os";
import type { Engine } from "@tokenmill/engine";
import type { NodeReport } from "./presence.ts";

interface Reported {
  readonly id: string;
  readonly capacity: number;
  readonly engine: Engine;
  readonly counts: () => Pick<NodeReport, "state" | "making" | "reading" | "lag">;
}

export function reporterOf({ id, capacity, engine, counts }: Reported): () => NodeReport {
  const startedMs = Date.now();
  let last = { tokens: engine.stats().tokens, ms: performance.now() };
  return () => {
    const { tokens } = engine.stats();
    const ms = performance.now();
    const seconds = Math.max((ms - last.ms) / 1000, 0.001);
    const tokensPerSecond = Math.round((tokens - last.tokens) / seconds);
    last = { tokens, ms };
    return { id, host: hostname(), pid: process.pid, startedMs, capacity, ...counts(), tokens, tokensPerSecond };
  };
}
