/** The process: arguments in, exit code out. */
import { reportError } from "./cli/errors.ts";
import { guardStandardStreams, leaveMessages } from "./cli/standardStreams.ts";
import { createProgram } from "./program.ts";

guardStandardStreams();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
await leaveMessages();
