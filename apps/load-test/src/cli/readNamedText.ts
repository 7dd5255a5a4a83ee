/** Text of the files that flags and scenarios name. */
import { readText, UsageError } from "@tokenmill/cli";

/** The file's text; `what` names it in messages (`the trace`). @throws UsageError if it cannot be read, or is not UTF-8. */
export async function readNamedText(path: string, what: string): Promise<string> {
  try {
    return await readText(path, what);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${what} ${JSON.stringify(path)} (${code})`, { cause });
  }
}
