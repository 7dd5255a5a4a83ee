/** The files of this package that threads begin with, and a word for those whose bundler has left them behind. */
import { existsSync } from "node:fs";

export interface ThreadFiles {
  readonly main: URL;
  /** What piscina loads. */
  readonly workerEntry: URL;
}

const remedy =
  'bundle "@tokenmill/worker-pool/worker" as a file of its own and name it by "workerUrl", or leave the package out';

/** @throws Error in a program that was bundled without them. */
export function findThreadFiles(): ThreadFiles {
  const main = new URL("./threadMain.js", import.meta.url);
  const workerEntry = new URL("./workerEntry.cjs", import.meta.url);
  if (existsSync(main) && existsSync(workerEntry)) return { main, workerEntry };
  throw new Error(`the pool expected its worker file beside itself, missing ${main.href}: ${remedy}`);
}
