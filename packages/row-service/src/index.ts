/** @tokenmill/row-service: rows in, tokens out, without a transport. Sessions keep what a sequence needs from token to token. */
export { type Batch, type BatchRow, sampleBatch } from "./sampleBatch.ts";
export { RowError, type RowErrorCode } from "./rowError.ts";
export { RowPool } from "./rowPool.ts";
export {
  type RowAnswer,
  type RowFailure,
  RowSession,
  type RowSessionAccess,
  type RowSessionParams,
} from "./rowSession.ts";
export { SessionTable } from "./sessionTable.ts";
export type { SlotQueue } from "./slotQueue.ts";
