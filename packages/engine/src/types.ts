/** What the engine looks like from outside. */
import type { Readable } from "node:stream";
import type { GenerateRequest, LogitsSource, TokenEvent } from "@tokenmill/core";
import type { PoolStats } from "@tokenmill/worker-pool";
import type { Observable } from "rxjs";
import type { BeamSearchOptions } from "./search/beamSearch.ts";
import type { BestOfOptions } from "./search/bestOf.ts";
import type { Completion } from "./search/completion.ts";
import type { ChildEvent } from "./search/generateMany.ts";
import type { SequenceHandle } from "./handle.ts";
import type { TokenObserver } from "./scheduler/sequence.ts";
import type { SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";

/** Counters: what is there now, and totals since the start. */
export interface EngineStats {
  /** Sequences that have not ended. */
  open: number;
  /** Of these: waiting for memory or for `maxSequences`. */
  queued: number;
  /** Waiting for a slot. */
  ready: number;
  /** Rows being filled or sampled. */
  active: number;
  /** Slots that are free. */
  freeSlots: number;
  /** Shared memory for histories and plans, what of it is taken, and what of that paused sequences hold. */
  arenaBytes: number;
  arenaBytesUsed: number;
  pausedBytes: number;
  tokens: number;
  finished: number;
  failed: number;
  cancelled: number;
  /** Tokens that were drawn and taken back, which no event told of: the work that banned texts cost. */
  takenBack: number;
  pool: PoolStats;
}

export interface Engine {
  readonly source: LogitsSource;
  /** Seed of requests without one: with it, the request and its sequence id, a run can be repeated. */
  readonly seed: number | bigint;
  /**
   * Cold: each subscription opens the request anew, unsubscribing cancels. Events are pushed as they come: rxjs has
   * no backpressure; where the reader sets the pace use `stream`, `readable` or `open`. Bad requests and
   * `SequenceError` arrive as error notifications.
   */
  generate(request: GenerateRequest): Observable<TokenEvent>;
  /** The same, pulled: a reader that stops pauses this sequence only. Each iterator opens the request anew. */
  stream(request: GenerateRequest): AsyncIterable<TokenEvent>;
  /** The same as a Node stream of objects; destroying it cancels. */
  readable(request: GenerateRequest): Readable;
  /**
   * Opens a sequence at once; the first event comes later, never inside this call.
   * @throws TypeError, RangeError for a bad request; SequenceError `duplicate_sequence_id`, `engine_closed`.
   */
  open(request: GenerateRequest, observer: TokenObserver): SequenceHandle;
  /**
   * n siblings of one request in one stream, cold; each has a random stream of its own (see
   * `outputRequest`). A sibling that fails leaves the others alone: its error comes after their end.
   * @param n 1 … 4096
   */
  generateMany(request: GenerateRequest, n: number): Observable<ChildEvent>;
  /**
   * Generates `candidates` siblings and emits the `n` with the highest mean log-probability a token, best first; cold.
   * `score` is that mean; `logprobsMode` says of which distribution. Siblings that fail are left out. `logprobs`,
   * `logprobTokenIds`, `samplingMask` and `promptLogprobs`, which whole outputs do not have, are refused.
   */
  bestOf(request: GenerateRequest, options: BestOfOptions): Observable<Completion>;
  /**
   * Emits the `n` outputs that beam search ends with, best first; cold. `score` is the log-probability divided by
   * length^lengthPenalty, both with the stop token. Log-probabilities are the processed ones: bias, bans, penalties,
   * temperature and cuts count, the seed does not. Each step opens a sequence per prefix with an id of its own, so the
   * source's rows must follow from the token ids alone. `stop`, `stopRegex`, `logprobs`, `logprobTokenIds`, `samplingMask`,
   * `promptLogprobs`, what is banned or forced,
   * grammars and stages with a state are refused, and so are seed and ids unless a stage tosses a coin (XTC).
   */
  beamSearch(request: GenerateRequest, options: BeamSearchOptions): Observable<Completion>;
  /**
   * The resume record of a request before its first token, without opening it: `reopen` of it, here or in another process,
   * gives what `open` of the request gives here. @throws as `open` does for a bad request.
   */
  record(request: GenerateRequest & { sequenceId: number | bigint }): SequenceSnapshot;
  /** The resume record of an open sequence as of its last event. @throws SequenceError `unknown_sequence`. */
  snapshot(sequenceId: number | bigint): SequenceSnapshot;
  /** Cold: continues a record with the token after it, bit-identical for identical rows. */
  resume(record: SequenceSnapshot): Observable<TokenEvent>;
  /** `open` for a record. @throws SnapshotError for a damaged or foreign record, and what `open` throws. */
  reopen(record: SequenceSnapshot, observer: TokenObserver): SequenceHandle;
  stats(): EngineStats;
  /** Shared memory that a request with such a prompt and `maxTokens` will hold from its admission to its end. */
  memoryBytes(promptTokens: number, maxTokens: number): number;
  /**
   * Fails open sequences with `engine_closed`, waits for rows in flight, closes the pool it made. Safe to call twice. Resolves
   * at most a second after the timeout, whatever a row or a source does.
   * @param timeoutMs 0 … 2^31 − 1; absent: `closeTimeoutMs`
   * @throws TypeError, RangeError for another time
   */
  close(timeoutMs?: number): Promise<void>;
}
