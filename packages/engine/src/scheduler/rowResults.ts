/** What rows that are done give: their sequences take it, and events leave. */
import { messageOf } from "@tokenmill/check";
import { createResult, type SampleErrorCode, type SampleResult, type TokenEvent } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Control } from "../control/control.ts";
import type { WrittenRow } from "../control/knownToken.ts";
import type { SequenceErrorCode } from "../errors.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { commitToken } from "./commitToken.ts";
import { deliverEvent } from "./delivery.ts";
import type { Sequence } from "./sequence.ts";

export interface ResultObserver {
  /** The sequence wants its next row, unless it has paused. */
  goesOn(sequence: Sequence): void;
  /** Its last token is there, and about to be told of. */
  finished(sequence: Sequence): void;
  failed(sequence: Sequence, code: SequenceErrorCode, message: string, cause?: unknown): void;
}

export class RowResults {
  /** Tokens that left, and those that were drawn and taken back. */
  tokens = 0;
  takenBack = 0;
  readonly #pool: SamplerPool;
  readonly #texts: TokenTexts | undefined;
  readonly #observer: ResultObserver;
  /** Reused. */
  readonly #result: SampleResult;

  constructor(pool: SamplerPool, texts: TokenTexts | undefined, observer: ResultObserver) {
    this.#pool = pool;
    this.#texts = texts;
    this.#observer = observer;
    this.#result = createResult(pool.maxLogprobs, pool.maxLogprobTokenIds, pool.maxSamplingMask);
  }

  /** Takes the row's result, and gives its slot back. */
  take(slot: number, sequence: Sequence): void {
    const result = this.#result;
    this.#pool.readResult(slot, result);
    const { unscored, control } = sequence;
    let isTaken = false;
    let event: TokenEvent | undefined;
    try {
      if (unscored) isTaken = unscored.take(result, this.#rowIn(slot), this.#texts);
      else if (control) isTaken = this.#control(control, slot);
      else if (result.status === "ok") {
        sequence.history!.push(result.tokenId);
        event = commitToken(sequence, result, this.#texts);
      }
    } catch (error) {
      this.#observer.failed(sequence, "internal", messageOf(error), error);
      return;
    } finally {
      this.#pool.release(slot);
    }
    if (event) {
      this.#count(sequence, event);
      // before it is told of: its observer may pause it
      if (sequence.phase !== "ended") this.#observer.goesOn(sequence);
      this.#tell(sequence, event);
    } else if (!isTaken) this.#observer.failed(sequence, result.status as SampleErrorCode, result.message);
    else if (this.#tellCertain(sequence)) this.#observer.goesOn(sequence);
  }

  /** The sequence takes tokens that come whatever its rows say, as long as it goes on: at most that many. */
  takeForced(sequence: Sequence, most: number): void {
    const control = sequence.control!;
    for (let count = 0; count < most && control.forced !== undefined; count++) {
      try {
        this.takenBack += control.takeForced(this.#result);
      } catch (error) {
        this.#observer.failed(sequence, "internal", messageOf(error), error);
        return;
      }
      if (!this.#tellCertain(sequence) || sequence.isPaused) return;
    }
    this.#observer.goesOn(sequence);
  }

  #rowIn(slot: number): WrittenRow {
    return { dtype: this.#pool.dtype, read: () => this.#pool.row(slot) };
  }

  /** False: the row has failed. */
  #control(control: Control, slot: number): boolean {
    const takenBack = control.take(this.#result, this.#rowIn(slot));
    this.takenBack += takenBack ?? 0;
    return takenBack !== undefined;
  }

  /** Tells of the tokens that have become certain. False: the sequence has ended, or is ready again. */
  #tellCertain(sequence: Sequence): boolean {
    const { control } = sequence;
    for (let certain = control?.nextCertain(); certain; certain = control!.nextCertain()) {
      let event: TokenEvent;
      try {
        event = commitToken(sequence, certain.result, this.#texts);
      } catch (error) {
        this.#observer.failed(sequence, "internal", messageOf(error), error);
        return false;
      }
      if (certain.passedBan !== undefined) event.passedBan = certain.passedBan;
      this.#count(sequence, event);
      this.#tell(sequence, event);
      if (sequence.phase === "ended") return false;
    }
    return sequence.phase === "paused";
  }

  #count(sequence: Sequence, { finishReason }: TokenEvent): void {
    this.tokens++;
    if (finishReason !== undefined) this.#observer.finished(sequence);
  }

  #tell(sequence: Sequence, event: TokenEvent): void {
    deliverEvent(sequence, event, (error) => {
      this.#observer.failed(sequence, "observer_failed", messageOf(error), error);
    });
  }
}
