/** @tokenmill/cli: what both command lines share. Its exports are for them alone. */
export * from "./connectionFlags.ts";
export * from "./errors.ts";
export * from "./exitCodes.ts";
export * from "./inputFiles.ts";
export * from "./interrupt.ts";
export * from "./numberFlags.ts";
export * from "./output.ts";
export * from "./print.ts";
export * from "./runProgram.ts";
export * from "./source/modelFlags.ts";
export * from "./source/modelName.ts";
export * from "./source/openSource.ts";
export * from "./source/sourceFlags.ts";
export * from "./standardStreams.ts";
export * from "./utf8.ts";
