/** The command line, to be embedded in another program. */
import type { Command } from "commander";

/** Loads the commands of `tokenmill`; errors are thrown, also commander's own. */
export async function createProgram(): Promise<Command> {
  const program = await import("./program.ts");
  return program.createProgram();
}
