/** Ends what is paused for too long: a paused sequence keeps its place and its memory. */
import { ApiError } from "../errors/apiError.ts";

/** The error of a sequence that its client has paused for too long. */
export class PausedTooLong extends ApiError {
  constructor(limitMs: number) {
    super(408, `the sequence was paused, without credits or not read for ${limitMs} ms`, { code: "paused_too_long" });
  }
}

export class PauseTimer {
  readonly #limitMs: number;
  readonly #onLate: (error: PausedTooLong) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onLate: (error: PausedTooLong) => void) {
    this.#limitMs = limitMs;
    this.#onLate = onLate;
  }

  start(): void {
    this.#timer ??= setTimeout(() => this.#onLate(new PausedTooLong(this.#limitMs)), this.#limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
