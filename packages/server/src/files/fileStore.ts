/** Files that clients have sent, and results of batches: each a file of a directory, with what is known of it beside it. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { show } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";
import { readRecords, removeLeft, writeRecord } from "./records.ts";

type FilePurpose = "batch" | "batch_output";

export interface StoredFile {
  readonly id: string;
  readonly object: "file";
  readonly bytes: number;
  /** In seconds since 1970. */
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: FilePurpose;
}

/** As it is kept: the digest of the API key that it belongs to. */
interface OwnedFile extends StoredFile {
  readonly owner: string;
}

export interface FileLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

export class FileStore {
  readonly #directory: string;
  readonly #limits: FileLimits;
  readonly #files: Map<string, OwnedFile> = new Map();

  private constructor(directory: string, limits: FileLimits) {
    this.#directory = directory;
    this.#limits = limits;
  }

  /** @throws the file system's errors */
  static async open(directory: string, limits: FileLimits): Promise<FileStore> {
    const store = new FileStore(directory, limits);
    await mkdir(directory, { recursive: true });
    const files = await readRecords<OwnedFile>(directory);
    for (const file of files.toSorted((a, b) => a.created_at - b.created_at)) store.#files.set(file.id, file);
    await removeLeft(directory, ["file", "part"], (id) => store.#files.has(id));
    return store;
  }

  /** The newest last. */
  list(owner: string): StoredFile[] {
    return [...this.#files.values()].filter((file) => file.owner === owner).map(shown);
  }

  /** @param param what names it in the request. @throws ApiError 404 */
  get(owner: string, id: string, param?: string): StoredFile {
    return shown(this.#owned(owner, id, param));
  }

  /** Where its bytes are. @throws ApiError 404 */
  pathOf(owner: string, id: string): string {
    return this.#path(this.#owned(owner, id).id);
  }

  /** @throws ApiError 429 if there are as many as may be */
  checkCount(): void {
    const { maxFiles } = this.#limits;
    if (this.#files.size < maxFiles) return;
    throw new ApiError(429, `the server has ${maxFiles} files, as many as it may keep: delete some`, {
      code: "too_many_files",
    });
  }

  /** A place for bytes that come. @throws ApiError 413 for too many of them, and what `chunks` throws */
  async receive(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly path: string; readonly bytes: number }> {
    const { maxFileBytes } = this.#limits;
    const path = this.#path(`${newId("part")}.part`);
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > maxFileBytes) {
          throw new ApiError(413, `the file expected at most ${maxFileBytes} bytes`, { code: "file_too_large" });
        }
        yield chunk;
      }
    };
    try {
      await pipeline(Readable.from(counted(), { objectMode: false }), createWriteStream(path));
      return { path, bytes };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Takes the file at a path of the same file system, in place of the one of that id if there is one. @throws the file system's errors */
  async adopt(path: string, facts: Omit<OwnedFile, "object" | "bytes" | "created_at">): Promise<StoredFile> {
    const { size } = await stat(path);
    const { id } = facts;
    const createdSeconds = Math.floor(Date.now() / 1000);
    const file: OwnedFile = { object: "file", bytes: size, created_at: createdSeconds, ...facts };
    await rename(path, this.#path(id));
    try {
      await writeRecord(this.#directory, id, file);
    } catch (error) {
      await rm(this.#path(id), { force: true });
      throw error;
    }
    this.#files.set(id, file);
    return shown(file);
  }

  /** @throws ApiError 404 */
  async remove(owner: string, id: string): Promise<void> {
    const file = this.#owned(owner, id);
    this.#files.delete(id);
    await rm(`${this.#path(file.id)}.json`, { force: true });
    await rm(this.#path(file.id), { force: true });
  }

  #owned(owner: string, id: string, param = "file_id"): OwnedFile {
    const file = this.#files.get(id);
    // What is another's is not there.
    if (file?.owner === owner) return file;
    throw new ApiError(404, `there is no file ${show(id)}`, { param, code: "file_not_found" });
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }
}

/** @param kind what the id begins with */
export function newId(kind: string): string {
  return `${kind}-${randomBytes(12).toString("hex")}`;
}

function shown({ owner: _owner, ...file }: OwnedFile): StoredFile {
  return file;
}
