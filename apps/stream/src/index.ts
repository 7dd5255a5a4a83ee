/** tokenmill: the command line as a function, and the library behind it under one name. */
export * from "@tokenmill/core";
export * from "@tokenmill/engine";
export * from "@tokenmill/protocol";
export * from "@tokenmill/sources";
export { createPool, type History, type Plan, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";
export { createProgram } from "./program.ts";
