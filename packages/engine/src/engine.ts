/**
 * The engine: requests in, token streams out. It validates, numbers and opens sequences; the scheduler runs them.
 * This is the layer where rxjs begins; inside, events are plain calls of an observer.
 */
import type { Readable } from "node:stream";
import {
  type GenerateRequest,
  grammarForms,
  type LogitsSource,
  type SamplingParams,
  type TokenEvent,
  type TokenLogprob,
} from "@tokenmill/core";
import { refuse } from "@tokenmill/check";
import { createPool, type Plan, type SamplerPool } from "@tokenmill/worker-pool";
import { defer, Observable } from "rxjs";
import { SequenceError, SnapshotError } from "./errors.ts";
import { type BeamSearchOptions, checkBeamSearch, type Hypothesis, searchBeams } from "./many/beamSearch.ts";
import { bestOf, type BestOfOptions, checkBestOf } from "./many/bestOf.ts";
import { childSequenceId } from "./many/childRequests.ts";
import type { Completion } from "./many/completion.ts";
import { type ChildEvent, generateMany } from "./many/generateMany.ts";
import { checkOptions, type EngineOptions, type EngineSettings, poolOptions } from "./options.ts";
import {
  canonicalId,
  checkPromptLogprobs,
  checkMaxTokens,
  checkSeed,
  grammarEos,
  prepareRequest,
  type RequestLimits,
  stopStrings,
} from "./request/prepareRequest.ts";
import { PromptScoring } from "./scheduler/promptScoring.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { Sequence, type SequencePhase, type TokenObserver } from "./scheduler/sequence.ts";
import { checkSnapshot, checkState, type SequenceSnapshot, takeSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { EventIterable } from "./streams/eventIterable.ts";
import { EventReadable } from "./streams/eventReadable.ts";
import { StopStrings } from "./text/stopStrings.ts";
import { type TextStep, stepText } from "./text/textRules.ts";
import { TokenTexts } from "./text/tokenTexts.ts";
import type { Engine, EngineStats, SequenceHandle } from "./types.ts";

/** Starts the workers (unless a pool is given) and resolves when they are ready. @throws TypeError, RangeError */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const settings = checkOptions(options);
  const pool = options.pool ?? (await createPool(poolOptions(options)));
  return new TokenEngine(options.source, pool, settings, options.pool === undefined);
}

class TokenEngine implements Engine {
  readonly source: LogitsSource;
  readonly seed: number | bigint;
  readonly #pool: SamplerPool;
  readonly #ownsPool: boolean;
  readonly #bufferSize: number;
  readonly #limits: RequestLimits;
  readonly #texts: TokenTexts | undefined;
  readonly #scheduler: Scheduler;
  #nextSequenceId = 0;
  #closing: Promise<void> | undefined;

  constructor(source: LogitsSource, pool: SamplerPool, settings: EngineSettings, ownsPool: boolean) {
    const { name, vocabSize, tokenizer } = source;
    this.source = source;
    this.seed = settings.seed;
    this.#pool = pool;
    this.#ownsPool = ownsPool;
    this.#bufferSize = settings.bufferSize;
    this.#limits = { sourceName: name, vocabSize, tokenizer, grammar: settings.grammar, maxLogprobs: pool.maxLogprobs };
    this.#texts = tokenizer && new TokenTexts(tokenizer);
    this.#scheduler = new Scheduler({
      pool,
      source,
      texts: this.#texts,
      maxSequences: settings.maxSequences,
      grammars: settings.grammar,
    });
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
      () => checkBestOf(options),
      () => bestOf(this.generateMany({ logprobs: 0, ...request }, options.candidates), options),
    );
  }

  beamSearch(request: GenerateRequest, options: BeamSearchOptions): Observable<Completion> {
    return new Observable((subscriber) => {
      const open = new Set<SequenceHandle>();
      this.#searchBeams(request, options, open, () => subscriber.closed).then(
        (completions) => {
          for (const completion of completions) subscriber.next(completion);
          subscriber.complete();
        },
        (error: unknown) => {
          for (const handle of open) handle.cancel();
          subscriber.error(error);
        },
      );
      return () => {
        for (const handle of open) handle.cancel();
      };
    });
  }

  resume(record: SequenceSnapshot): Observable<TokenEvent> {
    return this.#observable((observer) => this.reopen(record, observer));
  }

  open(request: GenerateRequest, observer: TokenObserver): SequenceHandle {
    this.#checkOpen();
    const prepared = prepareRequest(request, this.#limits);
    return this.#start(prepared.params, (plan) => {
      const { stop, grammar, promptTokenIds, promptLogprobs } = prepared;
      return new Sequence({
        sequenceId: this.#claimId(prepared.sequenceId),
        randomStreamId: prepared.randomStreamId,
        seed: BigInt(prepared.seed ?? this.seed),
        plan,
        promptTokenIds,
        outputTokenIds: [],
        maxTokens: prepared.maxTokens,
        stops: stop.length > 0 ? new StopStrings(stop) : undefined,
        ignoreEos: prepared.ignoreEos,
        epoch: 0,
        grammar,
        promptLogprobs,
        observer,
      });
    });
  }

  reopen(record: SequenceSnapshot, observer: TokenObserver): SequenceHandle {
    this.#checkOpen();
    checkSnapshot(record, this.source.vocabSize);
    const { params, profile, promptTokenIds, outputTokenIds, maxTokens, ignoreEos, epoch } = record;
    const { seed, ...unseeded } = params;
    checkMaxTokens(maxTokens, unseeded.minTokens);
    checkSeed("seed", BigInt(seed));
    const sequenceId = canonicalId(BigInt(record.sequenceId));
    const promptLogprobs = checkPromptLogprobs(record.promptLogprobs, this.#limits);
    const stop = stopStrings(record.stop, this.#limits);
    if (record.grammar) grammarEos(record.grammar, this.#limits, ignoreEos);
    return this.#start({ ...unseeded, profile }, (plan) => {
      checkState(record.state, plan.initialState);
      const sequence = new Sequence({
        sequenceId: this.#claimId(sequenceId),
        randomStreamId: record.randomStreamId === undefined ? undefined : BigInt(record.randomStreamId),
        seed: BigInt(seed),
        plan,
        promptTokenIds,
        outputTokenIds,
        maxTokens,
        stops: stop.length > 0 ? new StopStrings(stop) : undefined,
        ignoreEos,
        epoch: epoch + 1,
        grammar: record.grammar,
        promptLogprobs,
        observer,
        state: record.state,
      });
      this.#replayText(sequence, record);
      return sequence;
    });
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
      ...scheduler.totals,
      pool: this.#pool.stats(),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#scheduler.close().then(() => (this.#ownsPool ? this.#pool.close() : undefined));
    return this.#closing;
  }

  /** Bad options arrive as error notifications, as bad requests do. */
  #checked<T>(check: () => void, make: () => Observable<T>): Observable<T> {
    return defer(() => {
      check();
      return make();
    });
  }

  async #searchBeams(
    request: GenerateRequest,
    options: BeamSearchOptions,
    open: Set<SequenceHandle>,
    isCancelled: () => boolean,
  ): Promise<Completion[]> {
    this.#checkOpen();
    checkBeamSearch(options);
    for (const name of ["stop", "logprobs", "promptLogprobs", ...grammarForms] as const) {
      if (request[name] !== undefined) refuse(name, "nothing in beam search", request[name], true);
    }
    const { params, promptTokenIds, maxTokens, sequenceId, seed } = prepareRequest(request, this.#limits);
    const stopTokenIds = params.stopTokenIds ?? [];
    const logprobs = Math.min(options.beamWidth + stopTokenIds.length, this.source.vocabSize);
    if (logprobs > this.#pool.maxLogprobs) {
      const most = `at most ${this.#pool.maxLogprobs - stopTokenIds.length} with ${stopTokenIds.length} stop ids`;
      refuse("beamWidth", `${most}: raise maxLogprobs`, options.beamWidth, false);
    }
    const scored = { ...params, logprobs, logprobsMode: "processed" as const };
    const shared = this.#pool.compile(scored);
    const { initialState } = shared;
    if (initialState) {
      shared.release();
      throw new TypeError("beam search expected stages without a state from token to token, such as mirostat has");
    }
    const parentId = this.#claimId(sequenceId);
    let opened = 0;
    const expand = (outputTokenIds: readonly number[]): Promise<readonly TokenLogprob[]> =>
      new Promise((resolve, reject) => {
        const handle = this.#start(scored, (plan) => {
          return new Sequence({
            sequenceId: childSequenceId(parentId, ++opened),
            seed: BigInt(seed ?? this.seed),
            plan,
            promptTokenIds,
            outputTokenIds,
            maxTokens: outputTokenIds.length + 1,
            stops: undefined,
            ignoreEos: true,
            epoch: 0,
            observer: {
              next: ({ topLogprobs = [] }) => resolve(topLogprobs),
              error: reject,
              complete: () => open.delete(handle),
            },
          });
        });
        open.add(handle);
      });
    try {
      const found = await searchBeams(expand, options, { maxTokens, stopTokenIds }, isCancelled);
      return found.map((hypothesis) => this.#completionOf(hypothesis));
    } finally {
      shared.release();
    }
  }

  #completionOf({ tokenIds, score, hasStopped }: Hypothesis): Completion {
    const { tokenizer } = this.source;
    const textIds = hasStopped ? tokenIds.slice(0, -1) : tokenIds;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const pieces = tokenizer ? textIds.map((id) => decoder.decode(tokenizer.tokenBytes(id), { stream: true })) : [];
    const text = pieces.join("") + decoder.decode();
    const ending = hasStopped
      ? { finishReason: "stop" as const, stopReason: tokenIds.at(-1)! }
      : { finishReason: "length" as const };
    return { tokenIds: [...tokenIds], text, ...ending, score };
  }

  #observable(open: (observer: TokenObserver) => SequenceHandle): Observable<TokenEvent> {
    return new Observable((subscriber) => {
      const handle = open(subscriber);
      return () => handle.cancel();
    });
  }

  #checkOpen(): void {
    if (this.#closing) throw new SequenceError("engine_closed", this.#nextSequenceId, 0, "the engine was closed");
  }

  /** Compiles, makes the sequence and hands it to the scheduler; the plan is given back if that fails. */
  #start(params: SamplingParams, make: (plan: Plan) => Sequence): SequenceHandle {
    let plan: Plan | undefined;
    try {
      plan = this.#pool.compile(params);
      const sequence = make(plan);
      sequence.scoring = this.#scoringOf(sequence);
      this.#scheduler.add(sequence);
      return new OpenSequenceHandle(this, this.#scheduler, sequence);
    } catch (error) {
      plan?.release();
      throw error;
    }
  }

  /** Undefined where there is nothing to score. */
  #scoringOf({ promptLogprobs, promptLength, initialTokenIds }: Sequence): PromptScoring | undefined {
    if (promptLogprobs === undefined || promptLength < 2) return undefined;
    const plan = this.#pool.compile({ logprobs: promptLogprobs, logprobsMode: "raw" });
    return new PromptScoring(plan, initialTokenIds!);
  }

  /** The id asked for, or the next number that no open sequence has. */
  #claimId(wanted: number | bigint | undefined): number | bigint {
    const { sequences } = this.#scheduler;
    if (wanted === undefined) {
      while (sequences.has(this.#nextSequenceId)) this.#nextSequenceId++;
      return this.#nextSequenceId++;
    }
    if (sequences.has(wanted)) {
      const message = `sequence ${wanted} is open already: wait for its end, cancel it, or use another sequenceId`;
      throw new SequenceError("duplicate_sequence_id", wanted, 0, message);
    }
    return wanted;
  }

  /** Text state follows from the output ids: making it again also proves that the tokenizer is the same. */
  #replayText(sequence: Sequence, record: SequenceSnapshot): void {
    const step: TextStep = { text: "", match: undefined };
    if (this.#texts) {
      record.outputTokenIds.forEach((tokenId, index) => {
        if (step.match === undefined) stepText(sequence, this.#texts!, tokenId, index, false, false, step);
      });
    }
    const { utf8State, heldText } = record.text;
    if (step.match !== undefined || sequence.utf8State !== utf8State || sequence.heldText !== heldText) {
      const message = `"text" expected what this tokenizer makes of the output ids, got another state: was it another tokenizer?`;
      throw new SnapshotError("text_diverged", message);
    }
  }
}

class OpenSequenceHandle implements SequenceHandle {
  readonly #engine: Engine;
  readonly #scheduler: Scheduler;
  readonly #sequence: Sequence;

  constructor(engine: Engine, scheduler: Scheduler, sequence: Sequence) {
    this.#engine = engine;
    this.#scheduler = scheduler;
    this.#sequence = sequence;
  }

  get sequenceId(): number | bigint {
    return this.#sequence.sequenceId;
  }

  get phase(): SequencePhase {
    return this.#sequence.phase;
  }

  pause(): void {
    this.#scheduler.pause(this.#sequence);
  }

  resume(): void {
    this.#scheduler.resume(this.#sequence);
  }

  cancel(): void {
    this.#scheduler.cancel(this.#sequence);
  }

  snapshot(): SequenceSnapshot {
    const { phase, sequenceId, position } = this.#sequence;
    if (phase === "ended") {
      throw new SequenceError("unknown_sequence", sequenceId, position, `sequence ${sequenceId} has ended`);
    }
    return this.#engine.snapshot(sequenceId);
  }
}
