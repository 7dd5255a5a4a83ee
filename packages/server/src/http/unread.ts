/** Since when a peer has read nothing of what is written to it. */
import type { Socket } from "node:net";

export class Unread {
  readonly #socket: Socket;
  #takenBytes = 0;
  #sinceMs = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** 0 while nothing waits, or since the last look something was taken. */
  stalledMs(nowMs: number): number {
    const { bytesWritten, writableLength } = this.#socket;
    // Bytes that wait count as written.
    const takenBytes = bytesWritten - writableLength;
    if (writableLength === 0 || takenBytes !== this.#takenBytes || this.#sinceMs === 0) {
      this.#takenBytes = takenBytes;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs;
  }
}
