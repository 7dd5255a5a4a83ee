/** For sibling packages: memory layout, kernel instances, messages. */
export * from "./instantiate.ts";
export * from "./kernels.ts";
export * from "./layout.ts";
export * from "./reference/referenceRow.ts";
export * from "./chain/referenceChain.ts";
export { CustomChain, customScratchBytes } from "./sampler/customChain.ts";
export { dtypeCode, negativeInfinity } from "./sampler/dtypeCode.ts";
export { type MemoryViews, readResult } from "./sampler/readResult.ts";
export { isInRange, rangeText } from "./kinds/range.ts";
export { orderText, unusedParams } from "./chain/unusedParams.ts";
export { checkState, compileValid } from "./chain/plan.ts";
export { philox, wordsOf } from "./random/philox.ts";
export { isSamplerName } from "./samplers/table.ts";
