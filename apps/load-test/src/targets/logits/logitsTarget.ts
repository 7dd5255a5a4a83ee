/**
 * A server that samples rows: `POST /v1/sample`. A request is a batch of sequences that take `maxTokens` steps together,
 * as a model's runtime would: each step sends a row for every sequence and waits for their tokens.
 */
import { messageOf } from "@tokenmill/check";
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { dtypeBytes, type WorkerSource } from "@tokenmill/core";
import { createSyntheticSource } from "@tokenmill/sources";
import type { LogitsTargetSpec, Scenario } from "../../scenario/scenario.ts";
import type { PlannedRequest } from "../../schedule/planRequests.ts";
import { Connection, readBytes } from "../http/connection.ts";
import type { Exchange } from "../http/exchange.ts";
import { OneEnd } from "../http/oneEnd.ts";
import { randomTokenIds } from "../target/randomTokenIds.ts";
import type { Call, Sent, Target } from "../target/target.ts";
import { encodeSampleHeader, readSampleAnswer } from "./sampleWire.ts";

const distinctRows = 16;
const largestAnswer = 2 ** 26;

export class LogitsTarget implements Target {
  readonly bytesPerToken: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[];
  readonly #spec: LogitsTargetSpec;
  readonly #connection: Connection;
  readonly #rows: readonly Uint8Array[];
  readonly #seed: number;
  /** Other runs against the same server must not have the same sequence ids. */
  readonly #firstId = randomBytes(2).readUInt16LE() * 2 ** 36;

  private constructor(spec: LogitsTargetSpec, rows: readonly Uint8Array[], seed: number) {
    this.#spec = spec;
    this.#rows = rows;
    this.#seed = seed;
    this.#connection = new Connection(spec);
    this.bytesPerToken = spec.vocabSize * dtypeBytes[spec.dtype];
    this.facts = { url: spec.url };
    this.pids = spec.pid === undefined ? [] : [spec.pid];
  }

  /** Makes the rows. @throws UsageError, TypeError, RangeError */
  static open(spec: LogitsTargetSpec, { seed }: Scenario): LogitsTarget {
    const { rows: kind, vocabSize, dtype } = spec;
    const source = createSyntheticSource({ kind, vocabSize, dtype, seed: seed % 2 ** 32, distinctRows });
    return new LogitsTarget(spec, rowsOf(source, vocabSize * dtypeBytes[dtype]), seed);
  }

  send(request: PlannedRequest, call: Call): Sent {
    const batch = new SampleBatch(
      request,
      call,
      this.#firstId + request.index * this.#spec.batchSize,
      this.#spec.batchSize,
    );
    this.#step(batch, 0);
    return { cancel: () => batch.answer.end(() => batch.exchange?.destroy()) };
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  #step(batch: SampleBatch, position: number): void {
    const { request, call, answer, sequenceIds } = batch;
    const { dtype, vocabSize } = this.#spec;
    const { maxTokens, promptTokens, params, index } = request;
    const open = (id: number): object => ({
      ...params,
      maxTokens,
      seed: this.#seed,
      ...(promptTokens > 0 && { prompt: randomTokenIds(this.#seed, id, promptTokens, vocabSize) }),
    });
    const header = encodeSampleHeader({
      dtype,
      vocabSize,
      rows: sequenceIds.map((sequenceId) => ({
        sequenceId,
        position,
        ...(position === 0 && { open: open(sequenceId) }),
      })),
    });
    const rows = sequenceIds.map((_, i) => this.#rows[(index + position * 7 + i) % this.#rows.length]!);
    const fail = (kind: string, message: string): void => answer.end(() => call.fail(kind, message));
    batch.exchange = this.#connection.post("sample", "application/x-tokenmill-rows", [header, ...rows], {
      onError: fail,
      onResponse: (response) => {
        readBytes(response, largestAnswer).then(
          (bytes) => this.#onAnswer(batch, position, response, bytes),
          (error: unknown) => fail("truncated", messageOf(error)),
        );
      },
    });
  }

  #onAnswer(batch: SampleBatch, position: number, response: IncomingMessage, bytes: Buffer): void {
    const { call, answer, request } = batch;
    if (answer.isOver) return;
    const fail = (kind: string, message: string): void => answer.end(() => call.fail(kind, message));
    if (response.statusCode !== 200) return fail(`http_${response.statusCode}`, bytes.toString("utf8", 0, 1000));
    const read = readSampleAnswer(bytes, batch.sequenceIds.length);
    if (read.error) return fail(read.error.code, read.error.message);
    call.tokens(batch.sequenceIds.length);
    // Its last token frees a sequence on the server.
    batch.sequenceIds = batch.sequenceIds.filter((_, i) => !read.isFinished[i]);
    if (position + 1 < request.maxTokens && batch.sequenceIds.length > 0) this.#step(batch, position + 1);
    else answer.end(() => call.done());
  }
}

/** The sequences of one request. */
class SampleBatch {
  readonly request: PlannedRequest;
  readonly call: Call;
  readonly answer = new OneEnd();
  sequenceIds: readonly number[];
  exchange: Exchange | undefined;

  constructor(request: PlannedRequest, call: Call, firstId: number, size: number) {
    this.request = request;
    this.call = call;
    this.sequenceIds = Array.from({ length: size }, (_, i) => firstId + i);
  }
}

/** The source's rows as bytes; it writes them into a memory as it does for workers. */
function rowsOf({ tablesBytes, installTables }: WorkerSource, rowBytes: number): Uint8Array[] {
  const pages = Math.ceil(tablesBytes / 65_536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  installTables!(memory, 0);
  // Copied: sockets take no views of shared memory.
  const strideBytes = tablesBytes / distinctRows;
  return Array.from({ length: distinctRows }, (_, i) =>
    Uint8Array.from(new Uint8Array(memory.buffer, i * strideBytes, rowBytes)),
  );
}
