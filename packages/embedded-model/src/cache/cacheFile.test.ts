import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCacheFile, writeCacheFile } from "./cacheFile.ts";
import { estimateKneserNey } from "../training/kneserNey.ts";
import { buildNgramTrie } from "../training/ngramTrie.ts";
import { tokenStream } from "../training/tokenStream.ts";

const identity = "corpus@1 tokenizer@1";
const tables = estimateKneserNey(buildNgramTrie(tokenStream([[1, 2, 3, 1, 2, 4]], 6), 7));

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenmill-"));
  path = join(folder, "made", "model.bin");
  await writeCacheFile(path, identity, tables);
});

afterEach(() => rm(folder, { recursive: true }));

/** Changes the file's bytes; `seal` makes the checksum fit again. */
async function patch(change: (bytes: Buffer) => void, { seal = false } = {}): Promise<void> {
  const bytes = await readFile(path);
  change(bytes);
  if (seal) bytes.writeUInt32LE(crc32(bytes.subarray(16)), 12);
  await writeFile(path, bytes);
}

describe("cache file", () => {
  it("gives back what was written", async () => {
    const read = await readCacheFile(path, identity);
    expect(read?.counts).toEqual(tables.counts);
    expect(Buffer.compare(read!.block, tables.block)).toBe(0);
  });

  it("is undefined if it is not there, of another format, or made from something else", async () => {
    expect(await readCacheFile(join(folder, "none.bin"), identity)).toBeUndefined();
    expect(await readCacheFile(path, "corpus@2 tokenizer@1")).toBeUndefined();
    await patch((bytes) => bytes.writeUInt32LE(99, 8));
    expect(await readCacheFile(path, identity)).toBeUndefined();
  });

  it("is damaged if any one bit is flipped, format version and checksum included", async () => {
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += at < 64 ? 1 : 37) {
      await patch((bytes) => (bytes[at]! ^= 16));
      const outcome = await readCacheFile(path, identity).catch((error: { code: string }) => error.code);
      expect(outcome, `byte ${at}`).toBe(at >= 8 && at < 12 ? undefined : "cache_damaged");
      await writeFile(path, whole);
    }
  });

  it.each([0, 15, 511, 512, 700])("is damaged if truncated to %d bytes", async (sizeBytes) => {
    await truncate(path, sizeBytes);
    await expect(readCacheFile(path, identity)).rejects.toThrow(/model.bin" expected .*, got /);
  });

  it("is damaged if its numbers do not fit its size", async () => {
    await patch((bytes) => bytes.writeUInt32LE(4_000_000_000, 20), { seal: true });
    await expect(readCacheFile(path, identity)).rejects.toMatchObject({ code: "cache_damaged" });
  });

  it("refuses an identity that does not fit the header", async () => {
    await expect(writeCacheFile(path, "x".repeat(477), tables)).rejects.toThrow(
      '"identity" expected at most 476 bytes, got 477',
    );
    expect(await readdir(join(folder, "made"))).toEqual(["model.bin"]);
  });

  it("is written without traces of earlier writers that died, but leaves those that write now", async () => {
    await writeFile(`${path}.1-00.tmp`, "old");
    await utimes(`${path}.1-00.tmp`, 0, 0);
    await writeFile(`${path}.2-00.tmp`, "new");
    await writeCacheFile(path, identity, tables);
    expect((await readdir(join(folder, "made"))).toSorted()).toEqual(["model.bin", "model.bin.2-00.tmp"]);
  });
});
