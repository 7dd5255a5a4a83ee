/** The process: arguments in, exit code out. */
import { reportError } from "./cli/errors.ts";
import { createProgram } from "./program.ts";

// Nobody reads the messages any more: no reason to fail.
process.stderr.on("error", () => undefined);

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
