/**
 * The key that places in streams are sealed with. It is kept in a file, so that a server that was started again, or another
 * one with the same file, goes on with the streams of the first.
 */
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "@tokenmill/cli";

const keyBytes = 32;

/** The file's bytes; a missing file is made with random ones, readable by its owner alone. @throws UsageError */
export async function readResumeKey(path: string): Promise<Uint8Array> {
  const key = await readFile(path).catch(unlessMissing);
  if (key === undefined) return createKey(path);
  if (key.length < keyBytes) {
    throw new UsageError(`"resumeKeyFile" expected ${keyBytes} bytes or more in ${path}, got ${key.length}`);
  }
  return key;
}

/** Whether other users of the machine can read it. */
export async function isReadableByOthers(path: string): Promise<boolean> {
  return process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0;
}

/** Several servers may do so at once: the first one's key is everybody's. */
async function createKey(path: string): Promise<Uint8Array> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(draft, randomBytes(keyBytes), { mode: 0o600, flag: "wx" });
    // Whatever the umask is.
    await chmod(draft, 0o600);
    // Unlike a rename, it does not replace; unlike an open, it shows no half of a file.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
