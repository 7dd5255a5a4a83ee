/**
 * Runtimes that are too large for the ordinary install: `npm run runtimes` puts them into a folder outside the workspace, and
 * tests that need one are skipped where it is not there.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** npm packages at the versions that are tested. onnxruntime-node is 288 MB. */
export const runtimes = {
  "@huggingface/transformers": "4.3.2",
  "onnxruntime-node": "1.30.0",
} as const;

/** Those whose optional dependencies are builds for graphics cards, 600 MB, with the one build that is tested; 85 MB. */
export const plainRuntimes = {
  "node-llama-cpp": "3.22.1",
  "@node-llama-cpp/linux-x64": "3.22.1",
} as const;

export const runtimesDirectory: string =
  process.env["TOKENMILL_RUNTIMES"] ?? join(homedir(), ".cache", "tokenmill", "runtimes");
/** Apart: npm omits optional dependencies of a whole folder or of none. */
export const plainRuntimesDirectory: string = join(runtimesDirectory, "plain");

const require = createRequire(join(runtimesDirectory, "package.json"));

export function hasRuntime(name: keyof typeof runtimes | keyof typeof plainRuntimes): boolean {
  const directory = name in plainRuntimes ? plainRuntimesDirectory : runtimesDirectory;
  return existsSync(join(directory, "node_modules", name));
}

/** The module, typed by the caller: its declarations are not installed either. */
export async function importRuntime<T>(name: keyof typeof runtimes): Promise<T> {
  return (await import(pathToFileURL(require.resolve(name)).href)) as T;
}
