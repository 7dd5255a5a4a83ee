import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "@tokenmill/cli";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readApiKeys } from "./readApiKeys.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenmill-"));
});
afterEach(() => rm(folder, { recursive: true }));

const fileOf = async (text: string): Promise<string> => {
  const path = join(folder, "keys");
  await writeFile(path, text);
  return path;
};

it("takes keys of the file and of the environment, without the space around them", async () => {
  expect(await readApiKeys(await fileOf("\uFEFF a \r\n\nb\n"), " c,,d ")).toEqual(["a", "b", "c", "d"]);
  expect(await readApiKeys(undefined, undefined)).toEqual([]);
});

it.each(["", "\n", " \n\t\r\n", "\uFEFF"])("refuses a file of %j, whatever the environment holds", async (text) => {
  const path = await fileOf(text);
  await expect(readApiKeys(path, "c")).rejects.toThrow(UsageError);
  await expect(readApiKeys(path, "c")).rejects.toThrow(
    `"apiKeys" expected at least one key in the file ${path}, got none`,
  );
});

it.each(["", " ", ",", " , "])("refuses an environment of %j, whatever the file holds", async (environment) => {
  const path = await fileOf("a\n");
  await expect(readApiKeys(path, environment)).rejects.toThrow("at least one key in TOKENMILL_API_KEYS, got none");
});
