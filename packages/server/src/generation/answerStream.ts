/** Runs a job and streams its chunks as server-sent events. */
import { randomBytes } from "node:crypto";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { ServeContext } from "../context/context.ts";
import type { Client } from "../limits/client.ts";
import { toApiError } from "../errors/toApiError.ts";
import { type ChoiceState, errorChunk, type Job } from "../openai/job.ts";
import { TextPlace } from "../openai/textPlace.ts";
import { type EventPlace, formatPlace, type StreamKey, streamNumber } from "../sse/eventPlace.ts";
import { chunkOf, type LongChunk, sendLong } from "../sse/longChunk.ts";
import type { PlaceSeal } from "../sse/placeSeal.ts";
import { SseResponse } from "../sse/sseResponse.ts";
import { SequenceGroup } from "../sequences/sequenceGroup.ts";

export interface StreamTarget {
  /** In the data of its events. */
  readonly id: string;
  /** Digest of the API key, "" where none is needed. */
  readonly owner: string;
  readonly client: Client;
  readonly response: ServerResponse;
  readonly headers: () => OutgoingHttpHeaders;
  /** The response is this stream's from now on. */
  readonly onStart: () => void;
  /** Of the request, for the places of events. */
  readonly seal: PlaceSeal;
  /** What the client has: it is generated again and left out. Undefined: nothing. */
  readonly after: EventPlace | undefined;
}

/** Resolves when the stream has ended, or the client left. @throws what goes wrong before the first chunk. */
export function answerStream(context: ServeContext, job: Job, target: StreamTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = new JobStream(context, job, target, resolve, reject);
    try {
      stream.start();
    } catch (error) {
      stream.fail(error);
    }
  });
}

/** Without a seed in the request, outputs of a stream draw that far apart; sequences are numbered below it. */
const streamsApart = 2n ** 53n;

class JobStream {
  readonly #context: ServeContext;
  readonly #job: Job;
  readonly #target: StreamTarget;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #group = new SequenceGroup();
  readonly #sse: SseResponse;
  readonly #usage = { promptTokens: 0, completionTokens: 0 };
  /** By choice: events that the client has, or gets. */
  readonly #counts: number[];
  #key: StreamKey | undefined;
  /** Its number in events. */
  #number = "";
  #leave: (() => void) | undefined;
  #unfinished: number;
  /** Whether a long chunk is on its way, and what came meanwhile. */
  #isBusy = false;
  readonly #late: (() => void)[] = [];
  #hasEnded = false;

  constructor(
    context: ServeContext,
    job: Job,
    target: StreamTarget,
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    this.#context = context;
    this.#job = job;
    this.#target = target;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#unfinished = job.sequences.length;
    this.#counts = [...(target.after?.counts ?? job.sequences.map(() => 0))];
    this.#sse = new SseResponse({
      response: target.response,
      headers: target.headers,
      unread: context.quotas.unreadBytes.claim(target.client, 0),
      onDrain: () => {
        if (!this.#isBusy) this.#group.resume();
      },
      onGone: () => this.#gone(),
    });
  }

  start(): void {
    const { sequences, streams, engine, host } = this.#context;
    const { client, after } = this.#target;
    if (after) {
      if (host) host.takeOver(streamNumber(after));
      else streams.takeOver(streamNumber(after));
      this.#enter(after);
    }
    sequences.checkCapacity(client, this.#job.sequences.length);
    const streamId = host && (after ? Number(after.sequenceId) : host.newStreamId());
    this.#job.sequences.forEach(({ request }, index) => {
      const choice: ChoiceState = { index, promptTokens: request.prompt?.length ?? 0, place: new TextPlace() };
      const isFirstOfPrompt = index % this.#job.n === 0;
      const observer = {
        next: (event: TokenEvent) => this.#inOrder(() => this.#event(choice, event, isFirstOfPrompt)),
        error: (error: unknown) => this.#inOrder(() => this.fail(error)),
        complete: () => this.#inOrder(() => this.#finished()),
      };
      const isResumed = after !== undefined;
      const place = streamId === undefined ? undefined : { streamId, index, isResumed, label: this.#target.id };
      const sequence = sequences.open(client, this.#seeded(request, index), observer, place);
      this.#group.add(sequence);
      const seed = request.seed === undefined ? engine.seed : undefined;
      if (!this.#key) this.#enter({ sequenceId: sequence.sequenceId, seed });
    });
  }

  /** Under a number of its own: only a client that has seen an event of this connection can end it. */
  #enter({ sequenceId, seed }: Omit<StreamKey, "connection">): void {
    this.#key = { sequenceId, seed, connection: randomBytes(8).readBigUInt64LE() };
    this.#number = streamNumber(this.#key);
    const { id, owner } = this.#target;
    this.#leave = this.#context.streams.enter([this.#number, id], {
      owner,
      takeOver: (reason) => {
        // Another connection reads them now.
        this.#group.detach();
        this.fail(reason);
      },
      stop: (reason) => this.fail(reason),
    });
  }

  /** With the seed and the random stream that it has in whatever server makes it; a new stream's first output has its own. */
  #seeded(request: GenerateRequest, index: number): GenerateRequest {
    if (request.seed !== undefined || !this.#key) return request;
    const { sequenceId, seed } = this.#key;
    const randomStreamId = BigInt.asUintN(64, BigInt(sequenceId) + BigInt(index) * streamsApart);
    return { randomStreamId, ...request, ...(seed !== undefined && { seed }) };
  }

  /** Before the first chunk the request fails; after it the stream says why and ends. */
  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#end();
    this.#group.cancel();
    if (!this.#sse.isStarted) {
      this.#reject(error);
      return;
    }
    const apiError = toApiError(error, this.#job.clientName);
    if (apiError.status >= 500) this.#context.log.error({ err: error }, "stream failed");
    this.#inOrder(() => {
      this.#sse.write(`data: ${errorChunk(apiError)}\n\n`);
      this.#sse.end();
      this.#resolve();
    });
  }

  #event(choice: ChoiceState, event: TokenEvent, isFirstOfPrompt: boolean): void {
    const { renderer } = this.#job;
    if (event.usage) {
      if (!this.#job.scoresOnly) this.#usage.completionTokens += event.usage.completionTokens;
      if (isFirstOfPrompt) this.#usage.promptTokens += event.usage.promptTokens;
    }
    const opening = event.index === 0 ? renderer.opening?.(choice, event) : undefined;
    const chunk = renderer.chunk(choice, event);
    if (event.index < this.#counts[choice.index]!) return;
    this.#counts[choice.index] = event.index + 1;
    if (!this.#sse.isStarted) this.#target.onStart();
    // The id is in the last chunk of an event: a client that has it has all of the event.
    const text = `id: ${formatPlace(this.#target.seal, this.#number, event.index, this.#counts)}\ndata: ${chunk}\n\n`;
    const first = opening === undefined ? "" : chunkOf(opening);
    if (typeof first === "string") this.#write(first === "" ? text : `data: ${first}\n\n${text}`);
    else void this.#writeLong(first, text);
  }

  #write(text: string): void {
    if (!this.#sse.write(text)) this.#group.pause();
  }

  /** What comes in the meantime waits for it. */
  async #writeLong(chunk: LongChunk, text: string): Promise<void> {
    const { answerQueue } = this.#context;
    this.#isBusy = true;
    this.#group.pause();
    try {
      await sendLong(this.#sse, chunk, answerQueue, this.#target.client);
      this.#isBusy = false;
      this.#group.resume();
      this.#write(text);
      for (let act = this.#late.shift(); act; act = this.#isBusy ? undefined : this.#late.shift()) act();
    } catch (error) {
      this.#isBusy = false;
      this.#late.length = 0;
      this.fail(error);
      // It may have failed before, and was to say so now.
      this.#sse.end();
      this.#resolve();
    }
  }

  #inOrder(act: () => void): void {
    if (this.#isBusy) this.#late.push(act);
    else act();
  }

  #finished(): void {
    if (--this.#unfinished > 0 || this.#hasEnded) return;
    this.#end();
    if (!this.#sse.isStarted) this.#target.onStart();
    const usage = this.#job.usage.atEnd ? `data: ${this.#job.renderer.usageChunk(this.#usage)}\n\n` : "";
    this.#sse.write(`${usage}data: [DONE]\n\n`);
    this.#sse.end();
    this.#resolve();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#leave?.();
  }

  #gone(): void {
    if (this.#hasEnded) return;
    this.#end();
    this.#group.cancel();
    if (!this.#sse.isStarted) this.#target.onStart();
    this.#resolve();
  }
}
