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
  const found = await find(bucket);
  if (!found) throw new Error("the cluster has no identity");
  return found;
}

/** @throws ClusterError `cluster_mismatch`, `cluster_unavailable` */
export async function checkIdentity(bucket: KV, mine: Identity, name: string): Promise<void> {
  const theirs = (await find(bucket)) ?? (await create(bucket, mine));
  if (theirs.identity === mine.identity) return;
  throw new ClusterError(
    "cluster_mismatch",
    `the cluster ${JSON.stringify(name)} is of ${theirs.description}, and this process of ${mine.description}: ` +
      "give it another cluster name",
  );
}

/** Another process may be first: then it is that one's. */
async function create(bucket: KV, mine: Identity): Promise<Identity> {
  try {
    await bucket.create(key, JSON.stringify(mine));
    return mine;
  } catch (cause) {
    const theirs = await find(bucket);
    if (theirs) return theirs;
    throw new ClusterError("cluster_unavailable", "NATS did not take the identity", { cause });
  }
}

async function find(bucket: KV): Promise<Identity | undefined> {
  const entry = await bucket.get(key);
  return entry?.operation === "PUT" ? entry.json<Identity>() : undefined;
}
