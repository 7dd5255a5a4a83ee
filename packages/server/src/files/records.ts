/** JSON files of a directory, each written whole or not at all. */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@tokenmill/check";

const suffix = ".json";

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

/** @throws the file system's errors */
export async function writeRecord(directory: string, id: string, record: object): Promise<void> {
  const path = join(directory, `${id}${suffix}`);
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}
