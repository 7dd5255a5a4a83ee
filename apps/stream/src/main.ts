/** The process: arguments in, exit code out. */
import { runProgram } from "@tokenmill/cli";
import { createProgram } from "./program.ts";

await runProgram(createProgram, "tokenmill");
