/** Where a package is that only those install who want what it does. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Its main file; undefined if it is not there.
 * @param asker URL of the module that asks: what its package depends on is looked through
 * @param directory that has it in its node_modules; absent: the asker's and the working directory's are looked through
 */
export function findInstalled(name: string, asker: string, directory?: string): string | undefined {
  const urlIn = (folder: string): string => pathToFileURL(join(folder, "package.json")).href;
  const places = directory === undefined ? [asker, urlIn(process.cwd())] : [urlIn(directory)];
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch {
      // the next place
    }
  }
  return undefined;
}
