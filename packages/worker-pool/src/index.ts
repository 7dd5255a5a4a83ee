/** @tokenmill/worker-pool: rows of logits sharded over worker threads on one shared memory. */
export { stageModules } from "./client/options.ts";
export { createPool } from "./client/createPool.ts";
export { type RowPlace, SourceRows } from "./client/sourceRows.ts";
export { ExpectedCost } from "./memory/rowCost.ts";
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
