/**
 * The trained model on disk: a header of 512 bytes, then the block of tables as it lies in memory. Little-endian.
 *
 *     0  "TKNMILL\0"     8  u32 format version        12  u32 CRC-32 of everything from byte 16
 *    16  u32 vocabSize  20  u32 bigrams  24  u32 trigrams  28  u32 fourgrams
 *    32  u32 length of the identity in bytes          36  identity, UTF-8: the corpus and tokenizer it was made from
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { TrainedTables } from "../training/kneserNey.ts";
import { type TableCounts, tablesSizeBytes } from "../tables/tableLayout.ts";

/** Changes with the header, the layout of the tables, or the way they are trained. */
export const cacheFormatVersion = 1;

/** A file that is not a sound model file; it is to be built anew. */
export class DamagedCacheError extends Error {
  readonly code = "cache_damaged";
}

const magic = "TKNMILL\0";
const headerBytes = 512;
const checkedFrom = 16;
const identityFrom = 36;
/** Temporary files this old were left behind by a process that died. */
const staleAfterMs = 3_600_000;

/**
 * The tables in the file at `path`; undefined if there is no such file, or a sound one of another format or identity.
 * @throws DamagedCacheError if the file is not whole and unchanged, or the file system's error if it cannot be read.
 */
export async function readCacheFile(path: string, identity: string): Promise<TrainedTables | undefined> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const damaged = (expected: string, actual: string | number): DamagedCacheError =>
    new DamagedCacheError(`"${path}" expected ${expected}, got ${actual}`);

  if (file.length < headerBytes) throw damaged(`at least ${headerBytes} bytes`, file.length);
  if (file.toString("latin1", 0, 8) !== magic) throw damaged("a tokenmill model", "other content");
  if (file.readUInt32LE(8) !== cacheFormatVersion) return undefined;
  const checksum = crc32(file.subarray(checkedFrom));
  if (file.readUInt32LE(12) !== checksum) throw damaged(`CRC-32 ${file.readUInt32LE(12)}`, checksum);
  if (file.toString("utf8", identityFrom, identityFrom + file.readUInt32LE(32)) !== identity) return undefined;

  const counts: TableCounts = {
    vocabSize: file.readUInt32LE(16),
    bigrams: file.readUInt32LE(20),
    trigrams: file.readUInt32LE(24),
    fourgrams: file.readUInt32LE(28),
  };
  const expectedBytes = headerBytes + tablesSizeBytes(counts);
  if (file.length !== expectedBytes) throw damaged(`${expectedBytes} bytes`, file.length);
  return { counts, block: file.subarray(headerBytes) };
}

/**
 * Puts the tables at `path` in one step: readers and other writers see the old file or the new one, never a part.
 * @throws the file system's error; no temporary file stays behind.
 */
export async function writeCacheFile(path: string, identity: string, { counts, block }: TrainedTables): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o644);
    try {
      await file.writeFile(headerOf(identity, counts, block));
      await file.writeFile(block);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await removeStaleTemporaries(path);
}

function headerOf(identity: string, counts: TableCounts, block: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  const identityBytes = Buffer.byteLength(identity);
  if (identityBytes > headerBytes - identityFrom) {
    throw new RangeError(`"identity" expected at most ${headerBytes - identityFrom} bytes, got ${identityBytes}`);
  }
  header.write(magic, 0, "latin1");
  header.writeUInt32LE(cacheFormatVersion, 8);
  header.writeUInt32LE(counts.vocabSize, 16);
  header.writeUInt32LE(counts.bigrams, 20);
  header.writeUInt32LE(counts.trigrams, 24);
  header.writeUInt32LE(counts.fourgrams, 28);
  header.writeUInt32LE(identityBytes, 32);
  header.write(identity, identityFrom, "utf8");
  header.writeUInt32LE(crc32(block, crc32(header.subarray(checkedFrom))), 12);
  return header;
}

/** Nobody waits for the outcome: the model is in place, and what cannot be removed now is removed next time. */
async function removeStaleTemporaries(path: string): Promise<void> {
  const folder = dirname(path);
  const entries = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    const candidate = join(folder, entry);
    if (!candidate.startsWith(`${path}.`) || !entry.endsWith(".tmp")) continue;
    const age = await stat(candidate).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleAfterMs) await rm(candidate, { force: true }).catch(() => undefined);
  }
}
