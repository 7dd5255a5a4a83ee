/** What a completion request asks for: the sequences to open, and how their events become the answer. */
import type { GenerateRequest, TokenEvent, Usage } from "@tokenmill/core";
import type { ApiError } from "../errors/apiError.ts";
import type { ClientName } from "../errors/toApiError.ts";
import type { StreamUsage } from "../bodies/streamOptions.ts";
import type { TextPlace } from "./textPlace.ts";

/** One sequence of a request. */
export interface JobSequence {
  readonly request: GenerateRequest;
  /** Its prompt. */
  readonly promptIds: readonly number[];
  /** Which prompt of the request it continues. */
  readonly promptIndex: number;
}

/** A finished output. */
export interface Output {
  readonly promptIndex: number;
  readonly events: OutputEvents;
}

/** An array of them, or something smaller. */
export interface OutputEvents extends Iterable<TokenEvent> {
  at(index: number): TokenEvent | undefined;
}

/** One choice of a stream, as its chunks see it. */
export interface ChoiceState {
  readonly index: number;
  readonly promptTokens: number;
  /** Where the next token stands, for `text_offset`. */
  readonly place: TextPlace;
}

/** Turns events into JSON. */
export interface Renderer {
  /** A chunk before that of the first event: the role, the echo. */
  opening?(choice: ChoiceState, first: TokenEvent): string | Iterable<string> | undefined;
  chunk(choice: ChoiceState, event: TokenEvent): string;
  /** The last chunk of a stream with `include_usage`. */
  usageChunk(usage: Usage): string;
  /** The answer without streaming, for `jsonPieces`; outputs in order of their choices. */
  whole(outputs: readonly Output[], usage: Usage): unknown;
}

export interface Job {
  readonly sequences: readonly JobSequence[];
  /** Outputs of each prompt in the answer; the best of as many sequences as there are. */
  readonly n: number;
  readonly renderer: Renderer;
  readonly stream: boolean;
  /** The prompt is all that was asked for: the one token of each sequence is left out. */
  readonly scoresOnly: boolean;
  readonly usage: StreamUsage;
  readonly clientName: ClientName;
}

/** An error inside a stream that has begun. */
export function errorChunk(error: ApiError): string {
  return JSON.stringify(error.body);
}
