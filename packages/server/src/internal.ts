/** @tokenmill/server/internal: what the batch command shares with `/v1/batches`. */
export { readResult } from "./batches/batchLine.ts";
export { readRequests } from "./batches/batchLines.ts";
export { inOrder } from "./batches/inOrder.ts";
export { isVerified } from "./batches/lineAnswers.ts";
export { ResultFile, ResultFileError, wholeLines } from "./batches/resultFile.ts";
