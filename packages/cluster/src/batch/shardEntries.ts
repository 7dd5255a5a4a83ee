/** What stands of shards, and their results: read, and written by compare-and-set. */
import { headers } from "@nats-io/transport-node";
import { append, type Appended } from "../log/append.ts";
import { decode, encode } from "../wire/codec.ts";
import { type PartsContext, readLarge, readLast, storeLarge } from "./parts.ts";
import { type ShardEntry, statusHeader } from "./shard.ts";

export interface StoredShardEntry {
  readonly seq: number;
  readonly entry: ShardEntry;
}

/** A batch and a shard of it. */
export interface ShardPlace {
  readonly batch: string;
  readonly key: string;
}

export class ShardEntries {
  readonly #context: PartsContext;
  readonly #checksClaims: boolean;

  /** @param checksClaims false: entries are written whatever stands, which a test plants */
  constructor(context: PartsContext, checksClaims = true) {
    this.#context = context;
    this.#checksClaims = checksClaims;
  }

  /** The last entry; undefined: there is none. @throws ClusterError `cluster_unavailable` */
  async tail({ batch, key }: ShardPlace): Promise<StoredShardEntry | undefined> {
    const { jsm, names } = this.#context;
    const stored = await readLast(jsm, names.resultStream, names.resultSubject(batch, key));
    return stored && { seq: stored.seq, entry: decode<ShardEntry>(stored.data) };
  }

  /** @param after the entry that it must follow, 0 for none. @throws ClusterError `cluster_unavailable` */
  append({ batch, key }: ShardPlace, entry: ShardEntry, after: number): Promise<Appended> {
    const { js, names } = this.#context;
    const status = headers();
    status.set(statusHeader, entry.lines === undefined ? "open" : "done");
    return append(js, names.resultSubject(batch, key), encode(entry), {
      after: this.#checksClaims ? after : undefined,
      headers: status,
    });
  }

  /** The last entry, with the results. @throws ClusterError `cluster_unavailable` */
  async finish(place: ShardPlace, entry: ShardEntry, lines: readonly string[], after: number): Promise<Appended> {
    const stored = await storeLarge(this.#context, { ...place, label: `out${entry.epoch}` }, lines);
    return this.append(place, { ...entry, lines: stored }, after);
  }

  /** Of an entry with results; undefined: they are gone. @throws ClusterError `cluster_unavailable` */
  async lines(place: ShardPlace, { epoch, lines }: ShardEntry): Promise<readonly string[] | undefined> {
    if (lines === undefined) return undefined;
    return readLarge<readonly string[]>(this.#context, { ...place, label: `out${epoch}` }, lines);
  }
}
