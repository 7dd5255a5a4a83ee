/**
 * The file of results, which says itself how far a batch is: whole lines count, what is behind the last line break is cut off.
 * Beside it, until the batch is done, stands what it was begun with.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAnother } from "../files/isAnother.ts";

/** What waits to be written while `append` resolves at once. */
const mostPendingBytes = 2 ** 20;

/** Why a file cannot take the results of a batch. */
export class ResultFileError extends Error {
  /** Whether it can if what is in it may go. */
  readonly canBeginAnew: boolean;

  constructor(message: string, canBeginAnew: boolean) {
    super(message);
    this.name = "ResultFileError";
    this.canBeginAnew = canBeginAnew;
  }
}

export class ResultFile {
  readonly #handle: FileHandle;
  readonly #statePath: string;
  /** Lines that were there. */
  readonly done: number;
  #pending: string[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(handle: FileHandle, statePath: string, done: number) {
    this.#handle = handle;
    this.#statePath = statePath;
    this.done = done;
  }

  /**
   * @param origin what results follow from, as text
   * @param how `isOverwriting`: what is there goes; `isOwned`: no other process can write there
   * @throws ResultFileError where there are results of something else, or whole ones, or another process writes them
   */
  static async open(
    path: string,
    origin: string,
    { isOverwriting = false, isOwned = false }: { isOverwriting?: boolean | undefined; isOwned?: boolean } = {},
  ): Promise<ResultFile> {
    const statePath = `${path}.state`;
    const before = await readFile(statePath, "utf8").catch(() => undefined);
    const [begunWith, pid] = before?.split("\n") ?? [];
    if (!isOwned && pid !== undefined && isAnother(Number(pid))) {
      throw new ResultFileError(
        `"output" expected a file of this process alone, process ${pid} writes ${JSON.stringify(path)}`,
        false,
      );
    }
    const size = isOverwriting ? 0 : await sizeOf(path);
    if (!isOverwriting && begunWith === undefined && size > 0) {
      throw new ResultFileError(`"output" expected a file without results, ${JSON.stringify(path)} has some`, true);
    }
    if (!isOverwriting && begunWith !== undefined && begunWith !== origin) {
      throw new ResultFileError(`"output" expected results that were begun with ${origin}, got ${begunWith}`, true);
    }
    // Whole or not at all: one that a full disk has cut would be another batch's.
    await writeFile(`${statePath}.new`, `${origin}\n${process.pid}`);
    await rename(`${statePath}.new`, statePath);
    const { lines, end } = size > 0 ? await wholeLines(path) : { lines: 0, end: 0 };
    const handle = await open(path, "a");
    await truncate(path, end);
    return new ResultFile(handle, statePath, lines);
  }

  /** Takes whole lines; resolves when more may come. @throws the file system's error */
  async append(lines: string): Promise<void> {
    this.#pending.push(lines);
    this.#pendingBytes += lines.length;
    this.#writing ??= this.#write();
    if (this.#pendingBytes >= mostPendingBytes) await this.flush();
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when all that was taken is in the file. @throws the file system's error */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  /** @param isDone nothing is left to do. @throws the file system's error */
  async close(isDone: boolean): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#handle.close();
    }
    if (isDone) await rm(this.#statePath, { force: true });
  }

  async #write(): Promise<void> {
    try {
      // What comes in one turn of the event loop goes in one write.
      await sleep(0);
      while (this.#pending.length > 0) {
        const text = this.#pending.join("");
        this.#pending = [];
        this.#pendingBytes = 0;
        await this.#handle.appendFile(text);
      }
    } catch (error) {
      this.#failure = error as Error;
    } finally {
      this.#writing = undefined;
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** How many lines end with a line break, and where the last one ends. */
export async function wholeLines(path: string): Promise<{ lines: number; end: number }> {
  let lines = 0;
  let end = 0;
  let at = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let i = chunk.indexOf(10); i >= 0; i = chunk.indexOf(10, i + 1)) {
      lines++;
      end = at + i + 1;
    }
    at += chunk.length;
  }
  return { lines, end };
}
