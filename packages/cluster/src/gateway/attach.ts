/** How a reader takes up a sequence that others had before. */
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../errors.ts";
import { standingOf } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";
import type { Work } from "../node/work.ts";
import type { Peers } from "../peers/peers.ts";
import type { RemoteSequence } from "./remoteSequence.ts";

export interface AttachContext {
  readonly log: SequenceLog;
  readonly peers: Peers;
  /** Puts the work into the queue, once for a message id. @returns its number */
  readonly publish: (messageId: string) => Promise<number>;
}

const retryMs = 250;

/**
 * Resumes the sequence from its log, from the node that makes it, or from the request alone. Where NATS does not answer it is
 * tried again, as long as the reader waits: it may have events already, of the log or of a node that saw what was not answered.
 * @returns number of the work message
 * @throws ClusterError `cluster_mismatch`, `cluster_full`; `cluster_unavailable` without a reader
 */
export async function attach(context: AttachContext, sequence: RemoteSequence, work: Work): Promise<number> {
  for (;;) {
    try {
      const seq = await attachOnce(context, work);
      sequence.fill();
      return seq;
    } catch (error) {
      const isUnavailable = error instanceof ClusterError && error.code === "cluster_unavailable";
      if (!isUnavailable || sequence.hasEnded) throw error;
      await sleep(retryMs);
      if (sequence.hasEnded) throw error;
    }
  }
}

async function attachOnce({ log, peers, publish }: AttachContext, { name, reader, digest }: Work): Promise<number> {
  for (;;) {
    const tail = await log.tail(name);
    if (!tail || tail.entry.status === "cancelled") return publish(`${name}@${tail?.seq ?? 0}:${reader}`);
    const { entry } = tail;
    if (entry.digest !== digest) {
      throw new ClusterError("cluster_mismatch", `the sequence ${name} is another request's`);
    }
    if (entry.status === "open") {
      // An append that was not answered may be there.
      const isThere = entry.reader === reader;
      if (!isThere && (await log.append(name, { ...standingOf(entry), reader }, tail.seq)) === "conflict") continue;
      peers.send(entry.node, { kind: "attached", name, reader });
    }
    return entry.work;
  }
}
