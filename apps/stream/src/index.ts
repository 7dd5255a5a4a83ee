/** The command line as a function and the goodness-of-fit test of `explain`, for embedding and tests. */
export { type GTest, gTest } from "./explain/gTest.ts";
export { createProgram } from "./program.ts";
