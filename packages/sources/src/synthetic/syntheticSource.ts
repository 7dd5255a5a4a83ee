/**
 * Rows for tests and benchmarks, without a model. `distinctRows` rows are made once and shared; the row of a step is one
 * of them, turned by some places: out[i] = rows[r][(i + t) mod vocabSize], with r and t hashed from (seed, sequence id,
 * position), never from the history. So a row costs one copy, and there are distinctRows · vocabSize different ones.
 */
import { checkInteger, checkName, checkOptions, refuse, refuseBecause } from "@tokenmill/check";
import { dtypeBytes, type RowDtype, type Tokenizer, type WorkerSource } from "@tokenmill/contracts";
import { CounterRandom } from "../numeric/counterRandom.ts";
import { writeRow } from "../numeric/narrow.ts";
import { checkVocabSize } from "../validation.ts";
import { rowLaws, type SyntheticKind } from "./kinds.ts";
import type { SyntheticRowWriterOptions } from "./rowWriter.ts";

export interface SyntheticSourceOptions {
  /** Law of the logits: see `rowLaws`. */
  kind: SyntheticKind;
  /** 1 … 2^24. */
  vocabSize: number;
  /** Element type of the rows. Absent: f32. */
  dtype?: RowDtype;
  /** 0 … 2^32 − 1; another seed gives other rows. Absent: 0. */
  seed?: number;
  /** Spread, in (0, 1000]: standard deviation, or the exponent of zipf. Absent: 2.5, flat and zipf 1; adversarial has none. */
  scale?: number;
  /** How many rows are made, 1 … 65,536, within 1 GiB. Absent: 64. */
  distinctRows?: number;
  /** To turn tokens into text; its vocabulary must have `vocabSize` ids. Absent: none. */
  tokenizer?: Tokenizer;
}

const known = [
  "kind",
  "vocabSize",
  "dtype",
  "seed",
  "scale",
  "distinctRows",
  "tokenizer",
] as const satisfies (keyof SyntheticSourceOptions)[];

const largestTablesBytes = 2 ** 30;

/**
 * A source of synthetic rows, the same on every machine.
 * @throws TypeError or RangeError for an option of the wrong kind or out of its range.
 */
export function createSyntheticSource(options: SyntheticSourceOptions): WorkerSource {
  checkOptions("options", options, known, "synthetic source option");
  const { kind, vocabSize, dtype = "f32", seed = 0, distinctRows = 64, tokenizer } = options;
  checkName("kind", kind, Object.keys(rowLaws));
  checkName("dtype", dtype, Object.keys(dtypeBytes));
  checkVocabSize(vocabSize, tokenizer);
  checkInteger("seed", seed, { min: 0, max: 2 ** 32 - 1 });
  checkInteger("distinctRows", distinctRows, { min: 1, max: 65_536 });
  const law = rowLaws[kind];
  const { scale = law.scale?.byDefault ?? 1 } = options;
  if (options.scale !== undefined && !law.scale) refuse("scale", `nothing for kind "${kind}"`, scale, true);
  if (typeof scale !== "number" || !(scale > 0 && scale <= 1000))
    refuse("scale", "number in (0, 1000]", scale, typeof scale !== "number");

  const rowBytes = vocabSize * dtypeBytes[dtype];
  const strideBytes = Math.ceil(rowBytes / 64) * 64;
  const tablesBytes = distinctRows * strideBytes;
  if (tablesBytes > largestTablesBytes) {
    const reason = `expected rows of at most 1 GiB in all, got ${tablesBytes} bytes: use fewer`;
    refuseBecause("distinctRows", reason, false);
  }
  const identity = JSON.stringify(["synthetic", { kind, vocabSize, dtype, seed, scale, distinctRows }]);
  const workerOptions: SyntheticRowWriterOptions = { seed, distinctRows, rowBytes, strideBytes };
  return {
    kind: "worker",
    name: `synthetic ${kind}`,
    vocabSize,
    dtype,
    ...(tokenizer && { tokenizer }),
    fingerprint: async () => identity,
    tablesBytes,
    installTables(memory, tablesOffsetBytes) {
      const row = new Float32Array(vocabSize);
      for (let index = 0; index < distinctRows; index++) {
        law.fill(row, new CounterRandom(seed, index), scale, index, dtype);
        writeRow(new Uint8Array(memory.buffer, tablesOffsetBytes + index * strideBytes, rowBytes), row, dtype);
      }
    },
    worker: { moduleUrl: new URL("./rowWriter.js", import.meta.url).href, options: workerOptions, runsInline: true },
  };
}
