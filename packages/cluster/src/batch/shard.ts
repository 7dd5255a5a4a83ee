/** What a batch consists of, as the cluster carries it: shards of consecutive requests, and what stands of each. */
import type { BatchItem, BatchSettings } from "@tokenmill/core";

/** Consecutive requests that one node answers; their hash is the shard's name. */
export interface Shard {
  readonly settings: BatchSettings;
  readonly items: readonly BatchItem[];
}

/** A message of the work queue. */
export interface ShardWork {
  readonly batch: string;
  readonly key: string;
  /** In one message with it, or in so many parts. */
  readonly shard: Shard | number;
  /** Node that has answered the requests before: another one is to do it again. */
  readonly notBy?: string;
}

/** The last entry of a shard's subject says all that stands; each is appended behind the one before. */
export interface ShardEntry {
  /** How often it was claimed; the first claim of all leaves no entry. */
  readonly epoch: number;
  readonly node: string;
  /** Claims that were lost with their nodes, and this one. */
  readonly attempts: number;
  /** Requests are answered one after the other, to find the one that takes its nodes with it: which one, and how often it was begun. */
  readonly alone?: { readonly at: number; readonly tries: number };
  /** The results, in one message with it, or in so many parts; absent: not there yet. */
  readonly lines?: readonly string[] | number;
}

/** Header of an entry: `open` or `done`, so that readers need not fetch it. */
export const statusHeader = "Tokenmill-Status";
