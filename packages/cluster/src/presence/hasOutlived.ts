/** Who lost a claim because it ended, and who because NATS or the load kept it from writing. */
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../errors.ts";
import { presenceTtlMs } from "./presence.ts";

/** A heartbeat that is late. */
const graceMs = 1000;

export interface Witness {
  /** This process, which is there. */
  readonly id: string;
  readonly isPresent: (process: string) => Promise<boolean>;
  readonly leaving: AbortSignal;
}

/** Whether the process is there still when all that it said before it lost its claim is forgotten. @throws ClusterError `cluster_unavailable` */
export async function hasOutlived({ id, isPresent, leaving }: Witness, process: string): Promise<boolean> {
  if (process === id) return true;
  try {
    await sleep(presenceTtlMs + graceMs, undefined, { signal: leaving });
  } catch (cause) {
    throw new ClusterError("cluster_unavailable", "the process leaves the cluster", { cause });
  }
  return isPresent(process);
}
