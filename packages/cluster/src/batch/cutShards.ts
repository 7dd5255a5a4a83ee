/** Requests in shards: each of as many consecutive numbers, so that the same requests are the same shards in every run. */
import { createHash } from "node:crypto";
import { encode } from "../wire/codec.ts";
import type { BatchItem, BatchSettings } from "@tokenmill/core";
import type { Shard } from "./shard.ts";

/** Requests of a shard. */
export const shardItems = 64;

export interface NamedShard {
  /** Its number in the batch, and the hash of what is in it. */
  readonly key: string;
  readonly shard: Shard;
}

export async function* cutShards(
  items: AsyncIterable<BatchItem>,
  settings: BatchSettings,
): AsyncGenerator<NamedShard, void> {
  let number = 0;
  let cut: BatchItem[] = [];
  for await (const item of items) {
    const own = Math.floor(item.number / shardItems);
    if (own !== number && cut.length > 0) yield nameShard(number, { settings, items: cut });
    if (own !== number) cut = [];
    number = own;
    cut.push(item);
  }
  if (cut.length > 0) yield nameShard(number, { settings, items: cut });
}

export function nameShard(number: number, shard: Shard): NamedShard {
  const hash = createHash("sha256").update(encode(shard)).digest("hex").slice(0, 24);
  return { key: `${number}-${hash}`, shard };
}
