/**
 * What the embedded model's rows cost to write, beside plain copies of a row of the same size into the same slots, and the
 * plain read (R). 64 contexts of texts that the model wrote take turns, a slot each.
 */
import { printSeries, sideBySide, type Task, writeSeries } from "@tokenmill/test-benchmarks";
import { recordRows } from "./recordedRows.ts";

const rowCount = 64;
const { model, harness, histories } = await recordRows(rowCount);
const { vocabSize } = model;
const buffer = harness.memory.buffer;
const slots = histories.map((_, i) => new Float32Array(buffer, harness.rowOffsetBytes(i), vocabSize));
const copies = slots.map((slot) => Float32Array.from(slot));
const steps = histories.map((_, i) => ({ rowOffsetBytes: harness.rowOffsetBytes(i) }));

let consumed = 0;
const over = (work: (index: number) => void): Task => ({
  items: rowCount,
  run: () => {
    for (let i = 0; i < rowCount; i++) work(i);
  },
});
const tasks = new Map<string, Task>([
  ["embedded model", over((i) => harness.write(histories[i]!, steps[i]))],
  ["copy of one row", over((i) => slots[i]!.set(copies[0]!))],
  ["copy of 64 rows", over((i) => slots[i]!.set(copies[i]!))],
]);
const yardstick = over((i) => {
  consumed += harness.readRow(i);
});
const times = await sideBySide(new Map([...tasks, ["read", yardstick]]), yardstick);
const series = [...times].map(([name, measured]) => {
  return { bench: "embedded", name, at: { vocabSize }, unit: "µs a row", ...measured };
});
printSeries(series);
if (!Number.isFinite(consumed)) throw new Error("results were not used");
writeSeries(series);
