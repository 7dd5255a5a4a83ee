/** For sibling packages: kernel instances and the records that they work on. */
export * from "./instantiate.ts";
export * from "./kernels.ts";
export { DOMAIN_CHILD, DOMAIN_XTC } from "./layout.ts";
export * from "./reference/referenceRow.ts";
export * from "./chain/referenceChain.ts";
export { CustomChain, customScratchBytes } from "./sampler/customChain.ts";
export {
  createJob,
  type Job,
  jobBytes,
  type JobDraw,
  type JobPlace,
  placeJob,
  readJob,
  writeJob,
} from "./records/job.ts";
export { defaultLogprobTokenIds, defaultSamplingMask, mostLogprobTokenIds } from "./records/sampleResult.ts";
export { failResult, outcomeAt, readResult, resultBytes, type ResultCapacity } from "./records/result.ts";
export { negativeInfinity, paddedLengthOf } from "./records/row.ts";
export { beginSparseRow, listedIn, sparseBodyBytes, sparseCapacity } from "./records/sparse.ts";
export { patchRow, undoPatches, undoBytes, undoCapacity, undoCount } from "./records/undo.ts";
export { type RecordViews, viewsOf } from "./records/views.ts";
export { isInRange, rangeText } from "./kinds/range.ts";
export { unusedParams, unusedText } from "./chain/unusedParams.ts";
export { checkState, compileValid } from "./chain/plan.ts";
export { stateFor, type StatefulPlan } from "./chain/sequenceState.ts";
export { philox, uniformOf, wordsOf } from "./random/philox.ts";
export { isSamplerName } from "./samplers/table.ts";
export { checkLogitsSource } from "./source/checkLogitsSource.ts";
