/**
 * The peers from npm have 474 MB: they are no part of the workspace. They stand in a package of their own, pinned, and are
 * installed into it when a benchmark first asks for them.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);

/** Installs what is not there yet. @returns why it could not, or undefined. */
export function installPeers(): string | undefined {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return undefined;
  console.error("installing onnxruntime-node and @huggingface/transformers for the comparison (474 MB) …");
  try {
    // No scripts: onnxruntime-node's would fetch libraries for GPUs.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    return (stderr?.toString() || String(error)).trim().split("\n")[0]!;
  }
}

/** The version of an installed peer. */
export function versionOf(name: string): string {
  return (require(`${folder}node_modules/${name}/package.json`) as { version: string }).version;
}

/** A module of an installed peer, by its path in `node_modules`. */
export function importPeer<Exports>(path: string): Promise<Exports> {
  return import(pathToFileURL(`${folder}node_modules/${path}`).href) as Promise<Exports>;
}
