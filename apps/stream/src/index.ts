/** The command line as a function, for embedding and tests. */
export { createProgram } from "./program.ts";
