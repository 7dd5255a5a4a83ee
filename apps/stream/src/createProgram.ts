/** The command line for who has another program around it. */
import type { Command } from "commander";

/** Loads the commands of `tokenmill`; errors are thrown, also commander's own. */
export async function createProgram(): Promise<Command> {
  const program = await import("./program.ts");
  return program.createProgram();
}
