/** Whether an upload is as fast as it must be while the server waits for it. */
import type { ServeLimits } from "../options/limits.ts";

/** Before the least pace counts. */
const graceMs = 5000;

export type PaceLimits = Pick<ServeLimits, "minUploadBytesPerSecond" | "requestTimeoutMs">;

export class UploadPace {
  readonly #limits: PaceLimits;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;
  #sinceMs = 0;
  #waitedMs = 0;
  #receivedBytes = 0;

  /** @param onLate called when the bytes are too late */
  constructor(limits: PaceLimits, onLate: () => void) {
    this.#limits = limits;
    this.#onLate = onLate;
  }

  /** Bytes since the last reset. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  received(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
  }

  /** Time counts from now on. */
  wait(): void {
    if (this.#timer) return;
    this.#sinceMs = performance.now();
    this.#check();
  }

  /** The server does not wait for the sender at the moment. */
  stop(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitedMs += performance.now() - this.#sinceMs;
  }

  /** What comes now is something else. */
  reset(): void {
    this.stop();
    this.#waitedMs = 0;
    this.#receivedBytes = 0;
  }

  #check(): void {
    const { minUploadBytesPerSecond, requestTimeoutMs } = this.#limits;
    const allowedMs = Math.min(requestTimeoutMs, graceMs + (this.#receivedBytes * 1000) / minUploadBytesPerSecond);
    const leftMs = allowedMs - this.#waitedMs - (performance.now() - this.#sinceMs);
    if (leftMs <= 0) this.#onLate();
    else this.#timer = setTimeout(() => this.#check(), leftMs);
  }
}
