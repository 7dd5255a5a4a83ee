/**
 * tokenmill: the library under one name, the goodness-of-fit test of `explain`, and the command line as a function. What of it is
 * heavy (command line, server, models' runtimes, plots) is loaded when it is used.
 */
export * from "@tokenmill/core";
export * from "@tokenmill/engine";
export * from "@tokenmill/grammar";
export * from "@tokenmill/protocol";
export * from "@tokenmill/embedded-model";
export * from "@tokenmill/sources";
export { createPool, type History, type Plan, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";
export { type GTest, gTest } from "@tokenmill/explain";
export { encodeEvents } from "./sinks/encodeEvents.ts";
export { type EncodeEvent, type WireFormat, createEncoder } from "./sinks/encoder.ts";
export { encodingStream } from "./sinks/encodingStream.ts";
export { webStream } from "./sinks/webStream.ts";
export { createProgram } from "./createProgram.ts";
