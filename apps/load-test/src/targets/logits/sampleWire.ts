/** Bodies of `POST /v1/sample`: 4 bytes little-endian with the header's length, MessagePack header, then the rows. */
import { messageOf } from "@tokenmill/check";
import { Packr } from "msgpackr";

const packr = new Packr({ useRecords: false, variableMapSize: true });

export interface SampleHeader {
  readonly dtype: string;
  readonly vocabSize: number;
  readonly rows: readonly { readonly sequenceId: number; readonly position: number; readonly open?: object }[];
}

/** Length and header; the rows follow. */
export function encodeSampleHeader(header: SampleHeader): Uint8Array {
  const packed = packr.pack(header);
  const bytes = Buffer.alloc(4 + packed.length);
  bytes.writeUInt32LE(packed.length);
  packed.copy(bytes, 4);
  return bytes;
}

export interface SampleAnswer {
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** For each row, whether its sequence has ended. */
  readonly isFinished: readonly boolean[];
}

/** Reads an answer with one result a row; the first row's error is the answer's. */
export function readSampleAnswer(bytes: Uint8Array, rowCount: number): SampleAnswer {
  const bad = (message: string): SampleAnswer => ({ error: { code: "bad_answer", message }, isFinished: [] });
  let results: unknown;
  try {
    results = (packr.unpack(bytes) as { results?: unknown } | null)?.results;
  } catch (error) {
    return bad(messageOf(error));
  }
  if (!Array.isArray(results) || results.length !== rowCount) return bad(`expected ${rowCount} results`);
  const all = results as { finishReason?: string; error?: { code: string; message: string } }[];
  return {
    error: all.find(({ error }) => error)?.error,
    isFinished: all.map(({ finishReason }) => finishReason !== undefined),
  };
}
