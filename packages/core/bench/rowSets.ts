/**
 * Runs a measurement over all rows that a benchmark is asked for: each size of `BENCH_VOCAB` with each kind of
 * `BENCH_ROWS`, and the 64 f32 rows of each file that `BENCH_RECORDED` names, at their own size; as they are and in what other
 * types `BENCH_DTYPE` names.
 */
import { readFileSync } from "node:fs";
import type { RowDtype } from "@tokenmill/core";
import { printSeries, readRowSets, type Series, type Task, writeSeries } from "@tokenmill/test-benchmarks";
import { fillRow, type RowKind } from "./rows.ts";
import { openSlab, type Slab } from "./slab.ts";

/** Distinct rows, cycled through. */
export const rowCount = 64;

const vocabSizes = (process.env["BENCH_VOCAB"] ?? "50257,128256").split(",").map(Number);
/** Empty: none but recorded rows. */
const kinds = (process.env["BENCH_ROWS"] ?? "peaked,gaussian,flat").split(",").filter(Boolean) as RowKind[];

/** Types that samplers have the rows in. */
const dtypes = (process.env["BENCH_DTYPE"] ?? "f32").split(",") as RowDtype[];

/** What the rows are; a type, so that it is a `Point`. `dtype`: not of f32. */
export type RowSet = { readonly vocabSize: number; readonly rows: string; readonly dtype?: string };

/** Whether the rows are those of a model. */
export const isRecorded = ({ rows }: RowSet): boolean => readRowSets().some(({ name }) => name === rows);

let consumed = 0;

/** A task that samples, or reads, all rows. */
export function overRows(sample: (index: number) => number): Task {
  return {
    items: rowCount,
    run: () => {
      for (let i = 0; i < rowCount; i++) consumed += sample(i);
    },
  };
}

/** Measures all the row sets; prints the series and returns them. */
export async function overRowSets(measure: (slab: Slab, set: RowSet) => Promise<readonly Series[]>): Promise<void> {
  const series: Series[] = [];
  const over = async (set: RowSet, fill: (row: Float32Array, index: number) => void): Promise<void> => {
    const slab = await openSlab(set.vocabSize, rowCount);
    slab.rows.forEach(fill);
    for (const dtype of dtypes) {
      slab.useDtype(dtype);
      slab.forgetSamplers();
      const measured = await measure(slab, dtype === "f32" ? set : { ...set, dtype });
      printSeries(measured);
      series.push(...measured);
    }
  };
  for (const vocabSize of vocabSizes) {
    for (const kind of kinds) await over({ vocabSize, rows: kind }, (row, i) => fillRow(row, kind, i + 1));
  }
  for (const { name, path } of readRowSets()) {
    const recorded = readRecorded(path);
    const vocabSize = recorded.length / rowCount;
    const rowOf = (i: number): Float32Array => recorded.subarray(i * vocabSize, (i + 1) * vocabSize);
    await over({ vocabSize, rows: name }, (row, i) => row.set(rowOf(i)));
  }
  if (!Number.isFinite(consumed)) throw new Error("results were not used");
  writeSeries(series);
}

function readRecorded(path: string): Float32Array {
  const { buffer, byteOffset, length } = readFileSync(path);
  if (length === 0 || length % (4 * rowCount) !== 0)
    throw new RangeError(`"BENCH_RECORDED" expected ${rowCount} rows of f32, got ${length} bytes`);
  return new Float32Array(buffer, byteOffset, length / 4);
}
