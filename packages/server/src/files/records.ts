/** JSON files of a directory, each written whole or not at all, and what else belongs to them there. */
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@tokenmill/check";

const suffix = ".json";
/** By path: the last write that is not done. */
const writing = new Map<string, Promise<void>>();

/** @throws Error that names a damaged file, the file system's errors */
export async function readRecords<T>(directory: string): Promise<T[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix));
  return Promise.all(names.map((name) => readRecord<T>(join(directory, name))));
}

async function readRecord<T>(path: string): Promise<T> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${JSON.stringify(path)} is damaged, and may be removed: ${messageOf(cause)}`, { cause });
  }
}

/** The record as it is when earlier writes of it are done. @throws the file system's errors */
export async function writeRecord(directory: string, id: string, record: object): Promise<void> {
  const path = join(directory, `${id}${suffix}`);
  const before = writing.get(path);
  const written = writeAfter(before, path, record);
  writing.set(path, written);
  try {
    await written;
  } finally {
    if (writing.get(path) === written) writing.delete(path);
  }
}

async function writeAfter(before: Promise<void> | undefined, path: string, record: object): Promise<void> {
  await before?.catch(() => undefined);
  try {
    await writeFile(`${path}.new`, JSON.stringify(record));
    await rename(`${path}.new`, path);
  } catch (error) {
    await rm(`${path}.new`, { force: true });
    throw error;
  }
}

/** Removes what a server that was killed has left: files named by an id and more, of none of these records. */
export async function removeLeft(
  directory: string,
  kinds: readonly string[],
  isKept: (id: string) => boolean,
): Promise<void> {
  const named = new RegExp(`^(?:${kinds.join("|")})-[0-9a-f]{24}`);
  for (const name of await readdir(directory)) {
    const [id] = named.exec(name) ?? [];
    if (id !== undefined && name !== `${id}${suffix}` && !isKept(id)) await rm(join(directory, name), { force: true });
  }
}
