/**
 * Where results go: stdout or a file, whose old content stays until there are some. Writes of one turn leave as one; a full
 * pipe or disk queue makes `write` return a promise; a reader that has left (EPIPE) and a disk that is full end the output
 * once, and tell its owner.
 */
import { once } from "node:events";
import { ftruncateSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { messageOf } from "./errors.ts";
import { checkOutputFile, type InputFiles } from "./inputFiles.ts";

export class Output {
  readonly #stream: Writable;
  readonly isStdout: boolean;
  readonly #name: string;
  /** Of a file whose old content is still there. */
  #oldFd: number | undefined;
  #isCorked = false;
  #failure: NodeJS.ErrnoException | undefined;
  #drained: Promise<void> | undefined;
  readonly #ended: AbortController = new AbortController();

  private constructor(stream: Writable, name: string, oldFd?: number) {
    this.#stream = stream;
    this.#oldFd = oldFd;
    this.isStdout = stream === process.stdout;
    this.#name = name;
    stream.on("error", (error) => {
      this.#failure ??= error;
      this.#ended.abort();
    });
  }

  static stdout(): Output {
    return new Output(process.stdout, "stdout");
  }

  /**
   * Opens the file, which the first write or the end empties; `inputs`: files that are read, by their flags.
   * @throws the file system's error if it cannot, UsageError for one of the inputs.
   */
  static async file(path: string, inputs: InputFiles): Promise<Output> {
    await checkOutputFile(path, inputs);
    const handle = await open(path, "a");
    const isFile = (await handle.stat()).isFile();
    return new Output(handle.createWriteStream(), JSON.stringify(path), isFile ? handle.fd : undefined);
  }

  /** Aborted when nothing more can be written. */
  get failed(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether the reader has left, as `head` does: no error. */
  get isBrokenPipe(): boolean {
    return this.#failure?.code === "EPIPE";
  }

  /** A promise while the reader is behind: wait for it before the next write. Nothing is written after a failure. */
  write(chunk: string | Uint8Array): Promise<void> | undefined {
    if (this.#failure) return undefined;
    this.#empty();
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      setImmediate(() => {
        this.#isCorked = false;
        this.#stream.uncork();
      });
    }
    if (this.#stream.write(chunk)) return undefined;
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  /** Resolves when everything is written, or cannot be. @throws Error with the output's name, except for a broken pipe. */
  async end(): Promise<void> {
    if (!this.#failure) {
      this.#empty();
      if (this.isStdout) await new Promise<void>((resolve) => void this.#stream.write("", () => resolve()));
      else {
        this.#stream.end();
        await finished(this.#stream).catch(() => undefined);
      }
    }
    if (this.#failure && !this.isBrokenPipe) {
      throw new Error(`cannot write ${this.#name}: ${messageOf(this.#failure)}`, { cause: this.#failure });
    }
  }

  #empty(): void {
    if (this.#oldFd !== undefined) ftruncateSync(this.#oldFd);
    this.#oldFd = undefined;
  }

  async #drain(): Promise<void> {
    await once(this.#stream, "drain", { signal: this.failed }).catch(() => undefined);
    this.#drained = undefined;
  }
}
