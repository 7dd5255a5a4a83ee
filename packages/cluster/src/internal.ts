/** @tokenmill/cluster/internal: what the programs join as, and what tests of whole clusters look at and plant. */
export {
  type Agent,
  type AgentFacts,
  type Agents,
  type AgentWork,
  gatherAgents,
  joinAsAgent,
} from "./agents/agents.ts";
export { type ClusterBatches, connectBatches } from "./batch/connectBatches.ts";
export type { ShardEntry } from "./batch/shard.ts";
export { type Faults, join } from "./join.ts";
export type { LogEntry } from "./log/entry.ts";
export { clusterNames } from "./names.ts";
export { decode, encode } from "./wire/codec.ts";
