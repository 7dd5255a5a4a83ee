/** JSON files of a directory, each written whole or not at all. */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const suffix = ".json";

/** @throws the file system's errors */
export async function readRecords<T>(directory: string): Promise<T[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(directory, name), "utf8")) as T));
}

/** @throws the file system's errors */
export async function writeRecord(directory: string, id: string, record: object): Promise<void> {
  const path = join(directory, `${id}${suffix}`);
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}
