/** @tokenmill/contracts: what packages say to each other, as types, and the closed lists that some of them are made from. */
export * from "./batches.ts";
export * from "./dtype.ts";
export * from "./events.ts";
export * from "./grammar.ts";
export * from "./modelSource.ts";
export * from "./sequenceRequest.ts";
export * from "./source.ts";
export * from "./sparseRow.ts";
export * from "./textAutomaton.ts";
export * from "./tokenizer.ts";
