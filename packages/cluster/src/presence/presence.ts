/** Membership by heartbeats: a process without one for some time is no longer a member. */
import type { KV } from "@nats-io/kv";
import { ClusterError } from "../errors.ts";

/** A process of the cluster, as of its last heartbeat. */
export interface NodeReport {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly state: "serving" | "draining";
  /** Sequences that it makes at a time, and that it makes now. */
  readonly capacity: number;
  readonly making: number;
  /** Sequences whose clients are connected to it. */
  readonly reading: number;
  /** Events that are made and not in their logs. */
  readonly lag: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
}

const everyMs = 1000;
/** Buckets of presence forget what is that old. */
export const presenceTtlMs: number = 5000;

export class Presence {
  readonly #bucket: KV;
  readonly #report: () => NodeReport | undefined;
  readonly #onUnheard: () => void;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param report undefined: the process is no member now
   * @param onUnheard called where NATS has not heard of it
   */
  constructor(bucket: KV, report: () => NodeReport | undefined, onUnheard: () => void) {
    this.#bucket = bucket;
    this.#report = report;
    this.#onUnheard = onUnheard;
    this.#timer = setInterval(() => this.say(), everyMs);
    this.say();
  }

  say(): void {
    const report = this.#report();
    if (!report) return this.#onUnheard();
    // What is not heard is said again.
    this.#bucket.put(report.id, JSON.stringify(report)).catch(this.#onUnheard);
  }

  async stop(id: string): Promise<void> {
    clearInterval(this.#timer);
    await this.#bucket.delete(id).catch(() => undefined);
  }
}

/** Time to list keys: the client waits for the last of them, and for ever if that one expires meanwhile. */
const listMs = 1000;

/** All members, in order of their start. @throws ClusterError `cluster_unavailable` */
export async function readReports(bucket: KV): Promise<NodeReport[]> {
  const reports: NodeReport[] = [];
  try {
    for (const key of await keysOf(bucket)) {
      const entry = await bucket.get(key);
      if (entry?.operation === "PUT") reports.push(entry.json<NodeReport>());
    }
  } catch (cause) {
    throw untold(cause);
  }
  return reports.toSorted((a, b) => a.startedMs - b.startedMs);
}

async function keysOf(bucket: KV): Promise<string[]> {
  const keys: string[] = [];
  const listed = await bucket.keys();
  const timer = setTimeout(() => listed.stop(), listMs);
  try {
    for await (const key of listed) keys.push(key);
  } finally {
    clearTimeout(timer);
  }
  return keys;
}

/** Whether a process is a member. @throws ClusterError `cluster_unavailable` */
export async function presentIn(bucket: KV, id: string): Promise<boolean> {
  try {
    return (await bucket.get(id))?.operation === "PUT";
  } catch (cause) {
    throw untold(cause);
  }
}

function untold(cause: unknown): ClusterError {
  return new ClusterError("cluster_unavailable", "NATS does not tell which processes are there", { cause });
}
