/**
 * The texts that the embedded model learns from: 233 State of the Union addresses and the 138 parts of Moby-Dick, public
 * domain, packed by `scripts/pack.mjs` when this package was built.
 */
import { readPacked } from "./readPacked.ts";

/** All texts, in a fixed order. @throws the file system's error if the package's files are not there */
export async function readCorpus(): Promise<string[]> {
  return (await readPacked("corpus.br")).toString().split("\0");
}
