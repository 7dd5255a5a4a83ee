/**
 * Where the log goes: a stream that may have no reader. Lines that it does not take wait up to a limit, those beyond are
 * dropped and counted; nothing waits for the log.
 */
import type { Writable } from "node:stream";

/** What waits to be read, at most. */
const mostWaitingBytes = 2 ** 20;

export class LogSink {
  readonly #stream: Writable;
  readonly #mostWaitingBytes: number;
  #droppedLines = 0;

  constructor(stream: Writable, mostBytes: number = mostWaitingBytes) {
    this.#stream = stream;
    this.#mostWaitingBytes = mostBytes;
  }

  /** Takes a line of JSON, line feed included. */
  write(line: string): void {
    const { writable, writableLength } = this.#stream;
    if (!writable) return;
    if (writableLength + line.length > this.#mostWaitingBytes) {
      this.#droppedLines++;
      return;
    }
    if (this.#droppedLines > 0) {
      const time = Date.now();
      this.#stream.write(
        `${JSON.stringify({ level: 40, time, dropped: this.#droppedLines, msg: "log lines dropped" })}\n`,
      );
      this.#droppedLines = 0;
    }
    this.#stream.write(line);
  }
}
