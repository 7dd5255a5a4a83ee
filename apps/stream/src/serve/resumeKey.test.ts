import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isReadableByOthers, readResumeKey } from "./resumeKey.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenmill-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("makes a key that is random, secret and the same for all who ask at once", async () => {
  const path = join(folder, "made", "resume.key");
  const keys = await Promise.all(Array.from({ length: 20 }, () => readResumeKey(path)));
  const [first] = keys;
  expect(first).toHaveLength(32);
  for (const key of keys) expect(Buffer.compare(key, first!)).toBe(0);
  expect(await readdir(join(folder, "made"))).toEqual(["resume.key"]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await isReadableByOthers(path)).toBe(false);
  expect(Buffer.compare(await readFile(path), await readResumeKey(join(folder, "other.key")))).not.toBe(0);
});

it("refuses a file that holds no key, and sees one that others can read", async () => {
  const path = join(folder, "resume.key");
  for (const size of [0, 31]) {
    await writeFile(path, Buffer.alloc(size, 1));
    await expect(readResumeKey(path)).rejects.toThrow(
      `"resumeKeyFile" expected 32 bytes or more in ${path}, got ${size}`,
    );
  }
  await writeFile(path, Buffer.alloc(32, 1));
  await chmod(path, 0o640);
  expect(await readResumeKey(path)).toHaveLength(32);
  expect(await isReadableByOthers(path)).toBe(true);
});
