/** @tokenmill/cluster/internal: what tests of whole clusters look at and plant. */
export type { ShardEntry } from "./batch/shard.ts";
export { type Faults, join } from "./join.ts";
export type { LogEntry } from "./log/entry.ts";
export { clusterNames } from "./names.ts";
export { decode, encode } from "./wire/codec.ts";
