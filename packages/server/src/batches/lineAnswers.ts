/** Lines of a batch, answered in this process: each becomes one line of results, whatever is wrong with it. */
import { createHash } from "node:crypto";
import { messageOf } from "@tokenmill/check";
import { answerLine, errorLine, LineError, readRequest, resultId } from "./batchLine.ts";
import type { BodyAnswers } from "./bodyAnswers.ts";
import type { BatchAnswers, BatchItem, BatchSettings } from "@tokenmill/core";
import type { Places } from "./places.ts";

export class LineAnswers implements BatchAnswers {
  readonly #bodies: BodyAnswers;
  readonly #places: Places;

  constructor(bodies: BodyAnswers, places: Places) {
    this.#bodies = bodies;
    this.#places = places;
  }

  get free(): number {
    return this.#places.free;
  }

  answer(settings: BatchSettings, item: BatchItem, signal: AbortSignal): Promise<string> {
    return this.#places.run(() => this.#answer(settings, item, signal), signal);
  }

  giveUp(item: BatchItem, message: string): string {
    return faultLine(item, "server_error", message);
  }

  async #answer(settings: BatchSettings, item: BatchItem, signal: AbortSignal): Promise<string> {
    const id = resultId(item);
    let customId: string | null = null;
    try {
      const request = readRequest(item, settings);
      customId = request.customId;
      const { createdSeconds } = settings;
      const { status, body } = await this.#bodies.answer({ ...request, id, createdSeconds }, signal);
      return answerLine(id, customId, status, body);
    } catch (error) {
      signal.throwIfAborted();
      const isLine = error instanceof LineError;
      return errorLine(item, isLine ? error : new LineError("server_error", messageOf(error), null, customId));
    }
  }
}

/** The line of a request for which nothing was done, or nothing came of it. */
export function faultLine(item: BatchItem, code: "server_error" | "batch_expired", message: string): string {
  return errorLine(item, new LineError(code, message, null, customIdOf(item)));
}

function customIdOf(item: BatchItem): string | null {
  try {
    return readRequest(item, { seed: "0", createdSeconds: 0 }).customId;
  } catch (error) {
    return error instanceof LineError ? error.customId : null;
  }
}

/** Whether a request is among those that are answered twice: it follows from the line. @param share 0 … 1 */
export function isVerified(item: BatchItem, share: number): boolean {
  if (share === 0) return false;
  return createHash("sha256").update(resultId(item)).digest().readUInt32LE() / 2 ** 32 < share;
}
