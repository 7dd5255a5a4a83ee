/** What a cluster's tokens follow from: the first process writes it down, the others must be of the same. */
import type { KV } from "@nats-io/kv";
import { ClusterError } from "../errors.ts";

export interface Identity {
  readonly identity: string;
  readonly description: string;
}

const key = "identity";

/** @throws Error if there is none */
export async function readIdentity(bucket: KV): Promise<Identity> {
  const entry = await bucket.get(key);
  if (entry?.operation !== "PUT") throw new Error("the cluster has no identity");
  return entry.json<Identity>();
}

/** @throws ClusterError `cluster_mismatch` */
export async function checkIdentity(bucket: KV, mine: Identity, name: string): Promise<void> {
  for (;;) {
    const entry = await bucket.get(key);
    if (entry && entry.operation === "PUT") {
      const theirs = entry.json<Identity>();
      if (theirs.identity === mine.identity) return;
      throw new ClusterError(
        "cluster_mismatch",
        `the cluster ${JSON.stringify(name)} is of ${theirs.description}, and this process of ${mine.description}: ` +
          "give it another cluster name",
      );
    }
    try {
      await bucket.create(key, JSON.stringify(mine));
    } catch {
      // Another process was first, or NATS did not answer: the next look tells.
      if (!(await bucket.get(key))) throw new ClusterError("cluster_unavailable", "NATS did not take the identity");
    }
  }
}
