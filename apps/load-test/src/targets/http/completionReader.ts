/** Reads one answer and tells the call. */
import { messageOf } from "@tokenmill/check";
import type { IncomingMessage } from "node:http";
import type { Call } from "../target/target.ts";
import { type CompletionEvent, readCompletionEvent } from "./completionEvents.ts";
import { readText } from "./connection.ts";
import type { OneEnd } from "./oneEnd.ts";
import { SseParser } from "./sseParser.ts";

const largestBody = 2 ** 26;

export class CompletionReader {
  readonly #call: Call;
  readonly #answer: OneEnd;
  #isFinished = false;
  #isDone = false;

  constructor(call: Call, answer: OneEnd) {
    this.#call = call;
    this.#answer = answer;
  }

  /** A slow reader takes `readDelayMs` for each piece that the socket gives. */
  readStream(response: IncomingMessage, readDelayMs: number | undefined): void {
    const parser = new SseParser((data) => this.#onData(data));
    response.on("data", (chunk: Buffer) => {
      parser.push(chunk);
      if (readDelayMs === undefined) return;
      response.pause();
      setTimeout(() => response.resume(), readDelayMs);
    });
    response.on("end", () => {
      parser.end();
      this.#answer.end(() => {
        if (this.#isDone || this.#isFinished) this.#call.done();
        else this.#call.fail("truncated", "the stream ended without a finish_reason or [DONE]");
      });
    });
    response.on("close", () =>
      this.#answer.end(() => this.#call.fail("truncated", "the connection was closed inside the answer")),
    );
  }

  readWhole(response: IncomingMessage): void {
    readText(response, largestBody).then(
      (text) => {
        const event = this.#event(text);
        if (!event) return;
        this.#answer.end(() => {
          this.#call.rows(event.completionTokens ?? event.pieces);
          this.#call.done();
        });
      },
      (error: unknown) => this.#answer.end(() => this.#call.fail("truncated", messageOf(error))),
    );
  }

  #onData(data: string): void {
    if (data === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const event = this.#event(data);
    if (!event) return;
    if (event.isFinished) this.#isFinished = true;
    if (this.#answer.isOver) return;
    if (event.pieces > 0) this.#call.tokens(event.pieces);
    if (event.completionTokens !== undefined) this.#call.total(event.completionTokens);
  }

  #event(json: string): CompletionEvent | undefined {
    let event: CompletionEvent;
    try {
      event = readCompletionEvent(json);
    } catch (error) {
      this.#answer.end(() => this.#call.fail("bad_event", messageOf(error)));
      return undefined;
    }
    if (event.error === undefined) return event;
    const { error } = event;
    this.#answer.end(() => this.#call.fail("stream_error", error));
    return undefined;
  }
}
