/** API keys from a file and from the environment: never from the command line, which other users can read. */
import { readText, UsageError } from "@tokenmill/cli";

/**
 * Keys of the file, one a line, and of TOKENMILL_API_KEYS, with commas.
 * @throws UsageError if one of them is set and has no key: naming one asks for a server that is closed.
 */
export async function readApiKeys(file: string | undefined, environment: string | undefined): Promise<string[]> {
  const inFile = file === undefined ? [] : keysOf((await readText(file)).split(/\r?\n/), `the file ${file}`);
  const given = environment === undefined ? [] : keysOf(environment.split(","), "TOKENMILL_API_KEYS");
  return [...inFile, ...given];
}

function keysOf(parts: readonly string[], where: string): string[] {
  const keys = parts.map((part) => part.trim()).filter((key) => key !== "");
  if (keys.length === 0) throw new UsageError(`"apiKeys" expected at least one key in ${where}, got none`);
  return keys;
}
