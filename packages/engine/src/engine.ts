/**
 * The engine: requests in, token streams out. It validates, numbers and opens sequences; the scheduler runs them.
 * This is the layer where rxjs begins; inside, events are plain calls of an observer.
 */
import type { Readable } from "node:stream";
import { type GenerateRequest, type LogitsSource, type TokenEvent } from "@tokenmill/core";
import { checkTimeout, refuse } from "@tokenmill/check";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { defer, Observable } from "rxjs";
import { SequenceError } from "./errors.ts";
import type { BeamSearchOptions } from "./search/beamSearch.ts";
import { bestOf, type BestOfOptions, checkBestOf } from "./search/bestOf.ts";
import type { Completion } from "./search/completion.ts";
import { type ChildEvent, generateMany } from "./search/generateMany.ts";
import { type BeamSearchHost, runBeamSearch } from "./search/runBeamSearch.ts";
import { modelRowsSource } from "./model/modelRowsSource.ts";
import { canonicalId, type RequestLimits } from "./open/fieldChecks.ts";
import { newSequence } from "./open/newSequence.ts";
import { OpenSequenceHandle } from "./open/sequenceHandle.ts";
import { SequenceIds } from "./open/sequenceIds.ts";
import {
  checkOptions,
  type EngineOptions,
  type EngineSettings,
  poolOptions,
  type RowEngineOptions,
} from "./open/options.ts";
import { compilePlans, type PlannedParams, releasePlans, type SequencePlans } from "./open/plans.ts";
import { prepareRecord } from "./open/prepareRecord.ts";
import { prepareRequest } from "./open/prepareRequest.ts";
import { PromptScoring } from "./scheduler/promptScoring.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { Sequence, TokenObserver } from "./scheduler/sequence.ts";
import { within } from "./scheduler/within.ts";
import { type SequenceSnapshot, takeSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { EventIterable } from "./streams/eventIterable.ts";
import { EventReadable } from "./streams/eventReadable.ts";
import { TokenTexts } from "./text/tokenTexts.ts";
import type { SequenceHandle } from "./handle.ts";
import type { Engine, EngineStats } from "./types.ts";

/** Starts the workers (unless a pool is given) and resolves when they are ready. @throws TypeError, RangeError */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { options: rowOptions, isModel } = withRows(options);
  const settings = checkOptions(rowOptions);
  const pool = options.pool ?? (await createPool(poolOptions(rowOptions)));
  return new TokenEngine(rowOptions.source, pool, settings, { pool: options.pool === undefined, source: isModel });
}

/** A model as a source of its rows. */
function withRows(options: EngineOptions): { options: RowEngineOptions; isModel: boolean } {
  const source = options?.source;
  if (source?.kind !== "model") return { options: options as RowEngineOptions, isModel: false };
  return { options: { ...options, source: modelRowsSource(source, "source") }, isModel: true };
}

/** What the engine closes with itself. */
interface Owned {
  readonly pool: boolean;
  readonly source: boolean;
}

class TokenEngine implements Engine {
  readonly source: LogitsSource;
  readonly seed: number | bigint;
  readonly #pool: SamplerPool;
  readonly #owned: Owned;
  readonly #bufferSize: number;
  readonly #closeTimeoutMs: number;
  readonly #limits: RequestLimits;
  readonly #texts: TokenTexts | undefined;
  readonly #scheduler: Scheduler;
  readonly #ids: SequenceIds;
  #closing: Promise<void> | undefined;

  constructor(source: LogitsSource, pool: SamplerPool, settings: EngineSettings, owned: Owned) {
    const { name, vocabSize, tokenizer } = source;
    this.source = source;
    this.seed = settings.seed;
    this.#pool = pool;
    this.#owned = owned;
    this.#bufferSize = settings.bufferSize;
    const eos = tokenizer?.eosTokenId;
    this.#limits = {
      sourceName: name,
      vocabSize,
      tokenizer,
      grammar: settings.grammar,
      maxLogprobs: pool.maxLogprobs,
      eosTokenIds: [...new Set([...(eos === undefined ? [] : [eos]), ...(source.eosTokenIds ?? [])])],
      contextTokens: source.contextTokens ?? Number.POSITIVE_INFINITY,
    };
    this.#texts = tokenizer && new TokenTexts(tokenizer);
    const { grammar: grammars } = settings;
    this.#scheduler = new Scheduler({ pool, source, texts: this.#texts, limits: settings, grammars });
    this.#ids = new SequenceIds(this.#scheduler.sequences);
    this.#closeTimeoutMs = settings.closeTimeoutMs;
  }

  generate(request: GenerateRequest): Observable<TokenEvent> {
    return this.#observable((observer) => this.open(request, observer));
  }

  stream(request: GenerateRequest): AsyncIterable<TokenEvent> {
    return new EventIterable((observer) => this.open(request, observer), this.#bufferSize);
  }

  readable(request: GenerateRequest): Readable {
    return new EventReadable((observer) => this.open(request, observer), this.#bufferSize);
  }

  generateMany(request: GenerateRequest, n: number): Observable<ChildEvent> {
    return generateMany((child, observer) => this.open(child, observer), request, n);
  }

  bestOf(request: GenerateRequest, options: BestOfOptions): Observable<Completion> {
    return this.#checked(
      () => checkBestOf(options, request),
      () => bestOf(this.generateMany({ logprobs: 0, ...request }, options.candidates), options),
    );
  }

  beamSearch(request: GenerateRequest, options: BeamSearchOptions): Observable<Completion> {
    return new Observable((subscriber) => {
      const unsubscribed = new AbortController();
      runBeamSearch(this.#beamSearchHost(), request, options, unsubscribed.signal).then(
        (completions) => {
          for (const completion of completions) subscriber.next(completion);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      return () => unsubscribed.abort();
    });
  }

  resume(record: SequenceSnapshot): Observable<TokenEvent> {
    return this.#observable((observer) => this.reopen(record, observer));
  }

  open(request: GenerateRequest, observer: TokenObserver): SequenceHandle {
    this.#checkOpen();
    const prepared = prepareRequest(request, this.#limits);
    return this.#start(prepared, (plans) => {
      const sequenceId = this.#ids.claim(prepared.sequenceId);
      return newSequence(prepared, { ...plans, sequenceId, seed: this.seed, observer });
    });
  }

  record(request: GenerateRequest & { sequenceId: number | bigint }): SequenceSnapshot {
    this.#checkOpen();
    const prepared = prepareRequest(request, this.#limits);
    const { sequenceId } = prepared;
    if (sequenceId === undefined) refuse("sequenceId", "an id, as nobody numbers a record", sequenceId, true);
    const plans = compilePlans(this.#pool, prepared);
    try {
      const sequence = newSequence(prepared, { ...plans, sequenceId, seed: this.seed, observer: undefined });
      return takeSnapshot(sequence, this.source.vocabSize);
    } finally {
      releasePlans(plans);
    }
  }

  reopen(record: SequenceSnapshot, observer: TokenObserver): SequenceHandle {
    this.#checkOpen();
    const prepared = prepareRecord(record, this.#limits, this.#texts);
    return this.#start(prepared, (plans) => prepared.sequence(plans, this.#ids.claim(prepared.sequenceId), observer));
  }

  snapshot(sequenceId: number | bigint): SequenceSnapshot {
    const id = canonicalId(sequenceId);
    const sequence = id === undefined ? undefined : this.#scheduler.sequences.get(id);
    if (!sequence) {
      const message = `sequence ${sequenceId} is not open: it never was, has ended, or was cancelled`;
      throw new SequenceError("unknown_sequence", sequenceId, 0, message);
    }
    return takeSnapshot(sequence, this.source.vocabSize);
  }

  stats(): EngineStats {
    const scheduler = this.#scheduler;
    return {
      open: scheduler.sequences.size,
      queued: scheduler.waitingCount,
      ready: scheduler.readyCount,
      active: scheduler.activeCount,
      freeSlots: this.#pool.freeSlots,
      arenaBytes: this.#pool.arenaBytes,
      arenaBytesUsed: this.#pool.arenaBytesUsed,
      pausedBytes: this.#pausedBytes(),
      ...scheduler.totals,
      pool: this.#pool.stats(),
    };
  }

  memoryBytes(promptTokens: number, maxTokens: number): number {
    return this.#pool.historyBytes(promptTokens + maxTokens);
  }

  async close(timeoutMs: number = this.#closeTimeoutMs): Promise<void> {
    checkTimeout("timeoutMs", timeoutMs);
    await (this.#closing ??= this.#end(timeoutMs));
  }

  /** The pool ends its rows, or they it: whichever, they come back to the scheduler. */
  async #end(timeoutMs: number): Promise<void> {
    await Promise.all([
      this.#scheduler.close(timeoutMs),
      this.#owned.pool ? this.#pool.close(timeoutMs) : undefined,
      this.#owned.source ? within(timeoutMs, this.source.close!()) : undefined,
    ]);
  }

  #pausedBytes(): number {
    let bytes = 0;
    for (const { isPaused, history, capacity } of this.#scheduler.sequences.values()) {
      if (isPaused && history) bytes += this.#pool.historyBytes(capacity);
    }
    return bytes;
  }

  /** Bad options arrive as error notifications, as bad requests do. */
  #checked<T>(check: () => void, make: () => Observable<T>): Observable<T> {
    return defer(() => {
      check();
      return make();
    });
  }

  #beamSearchHost(): BeamSearchHost {
    this.#checkOpen();
    const { vocabSize, tokenizer } = this.source;
    return {
      vocabSize,
      tokenizer,
      maxLogprobs: this.#pool.maxLogprobs,
      seed: this.seed,
      prepare: (request) => prepareRequest(request, this.#limits),
      compile: (params) => this.#pool.compile(params),
      claimId: (wanted) => this.#ids.claim(wanted),
      start: (params, make) => this.#start({ params }, ({ plan }) => make(plan)),
    };
  }

  #observable(open: (observer: TokenObserver) => SequenceHandle): Observable<TokenEvent> {
    return new Observable((subscriber) => {
      const handle = open(subscriber);
      return () => handle.cancel();
    });
  }

  #checkOpen(): void {
    if (this.#closing) throw new SequenceError("engine_closed", this.#ids.next, 0, "the engine was closed");
  }

  /** Compiles, makes the sequence and adds it to the scheduler; the plans are released if that fails. */
  #start(params: PlannedParams, make: (plans: SequencePlans) => Sequence): SequenceHandle {
    const plans = compilePlans(this.#pool, params);
    try {
      const sequence = make(plans);
      sequence.scoring = this.#scoringOf(sequence);
      this.#scheduler.add(sequence);
      return new OpenSequenceHandle(this.#pool, this.#scheduler, sequence);
    } catch (error) {
      releasePlans(plans);
      throw error;
    }
  }

  /** Undefined where there is nothing to score. */
  #scoringOf({ promptLogprobs, promptLength, initialTokenIds }: Sequence): PromptScoring | undefined {
    if (promptLogprobs === undefined || promptLength < 2) return undefined;
    const plan = this.#pool.compile({ logprobs: promptLogprobs, logprobsMode: "raw" });
    return new PromptScoring(plan, initialTokenIds!);
  }
}
