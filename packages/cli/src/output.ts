/**
 * Where results go: stdout or a file. Writes of one turn leave as one; a full pipe or disk queue makes `write` return a
 * promise; a reader that has left (EPIPE) and a disk that is full end the output once, and tell its owner.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { messageOf } from "./errors.ts";

export class Output {
  readonly #stream: Writable;
  readonly isStdout: boolean;
  readonly #name: string;
  #isCorked = false;
  #failure: NodeJS.ErrnoException | undefined;
  #drained: Promise<void> | undefined;
  readonly #ended: AbortController = new AbortController();

  private constructor(stream: Writable, name: string) {
    this.#stream = stream;
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

  /** Opens the file, emptied. @throws the file system's error if it cannot. */
  static async file(path: string): Promise<Output> {
    const stream = createWriteStream(path);
    await once(stream, "open");
    return new Output(stream, JSON.stringify(path));
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

  async #drain(): Promise<void> {
    await once(this.#stream, "drain", { signal: this.failed }).catch(() => undefined);
    this.#drained = undefined;
  }
}
