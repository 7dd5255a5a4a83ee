/**
 * The file of results, which says itself how far a batch is: whole lines count, what is behind the last line break is cut off.
 * Beside it, until the batch is done, stands what it was begun with.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { UsageError } from "@tokenmill/cli";

export class Results {
  readonly #handle: FileHandle;
  readonly #statePath: string;
  /** Lines that were there. */
  readonly done: number;

  private constructor(handle: FileHandle, statePath: string, done: number) {
    this.#handle = handle;
    this.#statePath = statePath;
    this.done = done;
  }

  /**
   * @param origin what results follow from, as text
   * @throws UsageError where there are results of something else, or whole ones
   */
  static async open(path: string, origin: string, isOverwriting: boolean): Promise<Results> {
    const statePath = `${path}.state`;
    const before = isOverwriting ? undefined : await readFile(statePath, "utf8").catch(() => undefined);
    const size = isOverwriting ? 0 : await sizeOf(path);
    if (before === undefined && size > 0) {
      throw new UsageError(
        `"output" expected a file without results, ${JSON.stringify(path)} has some: --overwrite begins anew`,
      );
    }
    if (before !== undefined && before !== origin) {
      const message = `"output" expected results that were begun with ${origin}, got ${before}: --overwrite begins anew`;
      throw new UsageError(message);
    }
    await writeFile(statePath, origin);
    const { lines, end } = size > 0 ? await wholeLines(path) : { lines: 0, end: 0 };
    const handle = await open(path, "a");
    await truncate(path, end);
    return new Results(handle, statePath, lines);
  }

  async append(line: string): Promise<void> {
    await this.#handle.appendFile(line);
  }

  /** @param isDone nothing is left to do */
  async close(isDone: boolean): Promise<void> {
    await this.#handle.close();
    if (isDone) await rm(this.#statePath, { force: true });
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
