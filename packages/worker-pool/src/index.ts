/** @tokenmill/worker-pool: rows of logits sharded over worker threads on one shared memory. */
export { stageModules } from "./options.ts";
export { createPool } from "./createPool.ts";
export { ExpectedCost } from "./rowCost.ts";
export type {
  History,
  HistoryView,
  Plan,
  PoolOptions,
  PoolStats,
  SampleJob,
  SamplerPool,
  TokenMasks,
} from "./types.ts";
