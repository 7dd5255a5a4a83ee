/**
 * Recorded rows as a source: step `position` of a sequence gets row `position` mod N, so that a sequence replays the
 * trace from its beginning, again and again. Small traces lie in the shared tables; of large files each worker reads one
 * row a step, straight into the slab.
 */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { checkInteger, checkName, checkOptions, checkString, mostTokens, refuse } from "@tokenmill/check";
import { dtypeBytes, type RowDtype, type Tokenizer, type WorkerSource } from "@tokenmill/contracts";
import { checkTokenizer, checkVocabSize } from "../validation.ts";
import { NpyError } from "./npyHeader.ts";
import { openNpy } from "./npyFile.ts";
import { checkShape } from "./shape.ts";
import type { TraceRowWriterOptions } from "./rowWriter.ts";

interface CommonTraceOptions {
  /** Refused if the rows have another number of elements. Absent: as many as they have. */
  vocabSize?: number;
  /** To turn tokens into text; its vocabulary must be that of the rows. Absent: none. */
  tokenizer?: Tokenizer;
  /**
   * Which row a sequence begins with: the first, or row `sequenceId` mod N (its low 32 bits), so that sequences that run
   * side by side read different rows. Absent: "first".
   */
  startRow?: "first" | "sequenceId";
}

/** Rows from a `.npy` file: f32 or f16, shape [V] or [N, V]. */
export interface TraceFileOptions extends CommonTraceOptions {
  path: string;
  /** Larger files are read row by row instead of being loaded, 0 … 2^31 bytes. Absent: 256 MiB. */
  largestLoadBytes?: number;
}

/** Rows from memory; they are copied when a pool starts. */
export interface TraceRowsOptions extends CommonTraceOptions {
  /** Row after row; 16-bit rows as bit patterns. */
  rows: Float32Array | Uint16Array;
  /** [V] or [N, V]. */
  shape: readonly number[];
  /** Of `Uint16Array` rows. Absent: f16. */
  dtype?: RowDtype;
}

export type TraceSourceOptions = TraceFileOptions | TraceRowsOptions;

const common = ["startRow", "tokenizer", "vocabSize"] as const satisfies (keyof CommonTraceOptions)[];
const ofFiles = [...common, "path", "largestLoadBytes"] as const satisfies (keyof TraceFileOptions)[];
const ofRows = [...common, "rows", "shape", "dtype"] as const satisfies (keyof TraceRowsOptions)[];

/**
 * A source of recorded rows.
 * @throws NpyError if the file is no such array or truncated; RangeError or TypeError if shape, dtype or vocabulary do
 * not fit; the file system's error.
 */
export async function createTraceSource(options: TraceSourceOptions): Promise<WorkerSource> {
  checkOptions("options", options, hasPath(options) ? ofFiles : ofRows, "trace source option");
  const { startRow = "first", tokenizer } = options;
  checkTokenizer(tokenizer);
  checkName("startRow", startRow, ["first", "sequenceId"]);
  if (options.vocabSize !== undefined) checkInteger("vocabSize", options.vocabSize, { min: 1, max: mostTokens });
  const trace = hasPath(options) ? await fileTrace(options) : rowsTrace(options);
  const { dtype, rowCount, rowLength: vocabSize } = trace;
  if (options.vocabSize !== undefined && options.vocabSize !== vocabSize) {
    throw new RangeError(`"vocabSize" expected ${options.vocabSize}, got rows of ${vocabSize} in ${trace.name}`);
  }
  checkVocabSize(vocabSize, tokenizer);
  const workerOptions: TraceRowWriterOptions = {
    rowCount,
    rowBytes: vocabSize * dtypeBytes[dtype],
    startRow,
    file: trace.file,
  };
  return {
    kind: "worker",
    name: `trace ${trace.name}`,
    vocabSize,
    dtype,
    ...(tokenizer && { tokenizer }),
    fingerprint: async () =>
      JSON.stringify(["trace", { dtype, rowCount, vocabSize, startRow, digest: await trace.digest() }]),
    tablesBytes: trace.tablesBytes,
    installTables: (memory, tablesOffsetBytes) =>
      trace.install(new Uint8Array(memory.buffer, tablesOffsetBytes, trace.tablesBytes)),
    worker: {
      moduleUrl: new URL("./rowWriter.js", import.meta.url).href,
      options: workerOptions,
      runsInline: trace.file === undefined, // a file may be far away
    },
  };
}

/** Looked up with care: options may be anything. */
function hasPath(options: TraceSourceOptions): options is TraceFileOptions {
  return typeof options === "object" && options !== null && "path" in options;
}

interface Trace {
  readonly name: string;
  readonly dtype: RowDtype;
  readonly rowCount: number;
  readonly rowLength: number;
  /** 0 if the workers read the file themselves. */
  readonly tablesBytes: number;
  readonly file: TraceRowWriterOptions["file"];
  install(tables: Uint8Array): void;
  /** SHA-256 of the file, or of the rows. */
  digest(): Promise<string>;
}

async function fileTrace({ path, largestLoadBytes = 256 * 2 ** 20 }: TraceFileOptions): Promise<Trace> {
  checkString("path", path);
  checkInteger("largestLoadBytes", largestLoadBytes, { min: 0, max: 2 ** 31 });
  const absolute = resolve(path);
  const file = await openNpy(absolute);
  await file.close();
  const { dtype, rowCount, rowLength, dataOffsetBytes } = file;
  const sizeBytes = rowCount * rowLength * dtypeBytes[dtype];
  const isLoaded = sizeBytes <= largestLoadBytes;
  return {
    name: path,
    dtype,
    rowCount,
    rowLength,
    tablesBytes: isLoaded ? sizeBytes : 0,
    file: isLoaded ? undefined : { path: absolute, dataOffsetBytes },
    install: (tables) => readExactly(absolute, dataOffsetBytes, tables),
    digest: async () => {
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(absolute, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
      return hash.digest("base64url");
    },
  };
}

function rowsTrace({ rows, shape, dtype }: TraceRowsOptions): Trace {
  const isWide = rows instanceof Float32Array;
  if (!isWide && !(rows instanceof Uint16Array)) {
    refuse("rows", 'Float32Array or Uint16Array, or "path" a .npy file', rows, true);
  }
  const actualDtype = dtype === undefined ? (isWide ? "f32" : "f16") : dtype;
  checkName<RowDtype>("dtype", actualDtype, isWide ? ["f32"] : ["f16", "bf16"]);
  checkShape(shape);
  const rowLength = shape.at(-1)!;
  const rowCount = shape.length === 2 ? shape[0]! : 1;
  if (rowCount * rowLength !== rows.length) {
    throw new RangeError(
      `"rows" expected ${rowCount * rowLength} elements for shape [${shape.join(", ")}], got ${rows.length}`,
    );
  }
  return {
    name: "rows",
    dtype: actualDtype,
    rowCount,
    rowLength,
    tablesBytes: rows.byteLength,
    file: undefined,
    install: (tables) => tables.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)),
    digest: async () => createHash("sha256").update(rows).digest("base64url"),
  };
}

function readExactly(path: string, offsetBytes: number, out: Uint8Array): void {
  const descriptor = openSync(path, "r");
  try {
    for (let done = 0; done < out.length; ) {
      const bytes = readSync(descriptor, out, done, Math.min(out.length - done, 2 ** 30), offsetBytes + done);
      if (bytes === 0) {
        throw new NpyError(
          "npy_truncated",
          `"${path}" expected ${offsetBytes + out.length} bytes, got ${offsetBytes + done}: the file is truncated`,
        );
      }
      done += bytes;
    }
  } finally {
    closeSync(descriptor);
  }
}
