/** Sources and readers for tests: the same hashed rows from inside the workers and from outside. */
import type { BatchRow, BatchSource, GenerateRequest, TokenEvent, Tokenizer, WorkerSource } from "@tokenmill/core";
import type { Observable } from "rxjs";
import type { SequenceHandle } from "../handle.ts";
import type { Engine } from "../types.ts";
import { hashRow } from "./hashRows.mjs";

export interface HashOptions {
  vocabSize?: number;
  tokenizer?: Tokenizer;
  /** By sequence id, at position 3: "nan", "throw", "exit". */
  faults?: Record<number, "nan" | "throw" | "exit">;
  /** By sequence id: milliseconds that each row takes. */
  slow?: Record<number, number>;
}

export function hashSource({ vocabSize, tokenizer, ...options }: HashOptions = {}): WorkerSource {
  return {
    kind: "worker",
    name: "hash",
    vocabSize: vocabSize ?? tokenizer?.vocabSize ?? 64,
    dtype: "f32",
    ...(tokenizer && { tokenizer }),
    tablesBytes: 0,
    worker: { moduleUrl: new URL("./hashRows.mjs", import.meta.url).href, options },
  };
}

/** Calls `before` with each batch; what it returns or throws is the batch's outcome. */
export function hashBatchSource(
  before: (rows: readonly BatchRow[]) => Promise<readonly (Error | undefined)[] | undefined> = async () => undefined,
  vocabSize = 64,
): BatchSource & { closed: bigint[] } {
  const closed: bigint[] = [];
  return {
    kind: "batch",
    name: "hash-batch",
    vocabSize,
    dtype: "f32",
    closed,
    async fillRows(rows) {
      const errors = await before(rows);
      for (const { row, history, sequenceId, position } of rows) {
        hashRow(vocabSize, history, Number(sequenceId & 0xffffffffn), position, (id, logit) => {
          row[id] = logit;
        });
      }
      return errors;
    },
    closeSequence: (sequenceId) => void closed.push(sequenceId),
  };
}

/** Few short tokens, so that stop strings turn up often; some are parts of characters. The last id ends the text. */
export const pieces: readonly (string | readonly number[])[] = [
  "a",
  "b",
  "c",
  "ab",
  "bca",
  " ",
  "é",
  "😀",
  "",
  [0xc3],
  [0xa9],
  [0xf0, 0x9f],
  [0x98, 0x80],
  [0xff],
  "cab\n",
  "<end>",
];

export const pieceTokenizer: Tokenizer = {
  vocabSize: pieces.length,
  eosTokenId: pieces.length - 1,
  encode: (text) => Array.from(text, (character) => Math.max(0, pieces.indexOf(character))),
  tokenBytes: (tokenId) => pieceBytes[tokenId]!,
};

const pieceBytes: readonly Uint8Array[] = pieces.map((piece) =>
  typeof piece === "string" ? new TextEncoder().encode(piece) : new Uint8Array(piece),
);

/** All events of a stream. */
export function collect(stream: Observable<TokenEvent>): Promise<TokenEvent[]> {
  return new Promise((resolve, reject) => {
    const events: TokenEvent[] = [];
    stream.subscribe({ next: (event) => events.push(event), error: reject, complete: () => resolve(events) });
  });
}

export async function tokensOf(engine: Engine, request: GenerateRequest): Promise<number[]> {
  return (await collect(engine.generate(request))).map(({ tokenId }) => tokenId);
}

/** Opens a sequence and resolves with what it gave: events, and the error if it failed. */
export function run(
  engine: Engine,
  request: GenerateRequest,
  onNext: (event: TokenEvent, handle: SequenceHandle) => void = () => {},
): Promise<{ events: TokenEvent[]; error?: unknown }> {
  return new Promise((resolve) => {
    const events: TokenEvent[] = [];
    const handle = engine.open(request, {
      next(event) {
        events.push(event);
        onNext(event, handle);
      },
      error: (error) => resolve({ events, error }),
      complete: () => resolve({ events }),
    });
  });
}
