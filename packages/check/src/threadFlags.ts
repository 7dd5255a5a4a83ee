/** Node's flags for a thread that runs a file. */

/**
 * For options of a `Worker`: it has the process's flags, but for `--input-type`, which says how the text of `--eval` is read
 * and is refused beside a file. Node refuses most others where they are named, so the thread has none then.
 */
export function threadFlags(ofProcess: readonly string[]): { execArgv?: string[] } {
  return ofProcess.some((flag) => flag.startsWith("--input-type")) ? { execArgv: [] } : {};
}
