/** Files that `scripts/pack.mjs` laid into `data/`, which is shipped. */
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** @throws the file system's error if the file is not there */
export async function readPacked(file: "corpus.br" | "r50k.br"): Promise<Buffer> {
  return promisify(brotliDecompress)(await readFile(new URL(`../../data/${file}`, import.meta.url)));
}

/** Which texts and which vocabulary these are, for the cache: the names of the packages that they come from, with versions. */
export function readIdentity(): Promise<string> {
  return readFile(new URL("../../data/identity.txt", import.meta.url), "utf8");
}
