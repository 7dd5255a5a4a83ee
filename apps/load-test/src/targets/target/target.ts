/** What load is put on. A target answers each request by calls of the given `Call`, never from inside `send`. */
import type { PlannedRequest } from "../../schedule/planRequests.ts";

/** One request's answer, told as it comes. After `done` or `fail` nothing more is told. */
export interface Call {
  /** Tokens arrived together. */
  tokens(count: number): void;
  /** Rows were sampled that nobody waited for one by one: they count for rates, not for latencies. */
  rows(count: number): void;
  /** The whole number of tokens, where the server says so and pieces hold more than one. */
  total(tokens: number): void;
  done(): void;
  /** `kind` is one word, for counting: `http_429`, `timeout`, `ECONNREFUSED`. */
  fail(kind: string, message: string): void;
}

/** A request in flight. */
export interface Sent {
  /** Ends it; the call is told nothing more. */
  cancel(): void;
}

export interface Target {
  /** Bytes of logits that one token reads; undefined where that is not known. */
  readonly bytesPerToken: number | undefined;
  /** What was found out about it, for the report. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Processes whose CPU and memory are the target's; empty if it is elsewhere. The own one for targets inside it. */
  readonly pids: readonly number[];
  send(request: PlannedRequest, call: Call): Sent;
  close(): Promise<void>;
}
