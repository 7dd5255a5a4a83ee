/** What the runtimes of language models share; for Node alone. */
export * from "./fileDigest.ts";
export * from "./findInstalled.ts";
export * from "./tokenPieces.ts";
