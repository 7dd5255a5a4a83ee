/** The last entry of a node in a sequence's log: that it was cancelled, or is another's now. */
import { ClusterError } from "../errors.ts";
import { type LogEntry, type Standing, standingOf } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";

export interface Conclusion {
  readonly log: SequenceLog;
  readonly name: string;
  readonly isOwnClaim: (standing: Standing) => boolean;
}

/**
 * @param after the entry that it must follow; undefined: any
 * @returns whether the claim was the node's own to the end. False too without NATS: the lease runs out, and the next node finds
 * out what stands.
 */
export async function conclude(
  { log, name, isOwnClaim }: Conclusion,
  entry: LogEntry,
  after: number | undefined,
): Promise<boolean> {
  try {
    for (;;) {
      if ((await log.append(name, entry, after)) !== "conflict") return true;
      const tail = await log.tail(name);
      if (!tail || !isOwnClaim(tail.entry)) return false;
      if (tail.entry.status !== "open") return tail.entry.status === "cancelled";
      // Its tokens may be there already: then the next node begins with these.
      if (entry.tokens) return true;
      entry = { ...standingOf(tail.entry), status: entry.status };
      after = tail.seq;
    }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return false;
  }
}
