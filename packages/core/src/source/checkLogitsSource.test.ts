import { expect, test } from "vitest";
import { checkLogitsSource } from "./checkLogitsSource.ts";

const common = { name: "mine", vocabSize: 8, dtype: "f32" };
const batch = { ...common, kind: "batch", fillRows: async () => undefined };
const worker = { ...common, kind: "worker", tablesBytes: 0, worker: { moduleUrl: "file:///rows.js", options: {} } };

test.each([batch, worker])("takes a source of kind $kind as it is", (source) => {
  expect(checkLogitsSource("source", source)).toBe(source);
});

test.each([
  [undefined, '"source" expected a logits source, got undefined'],
  ["hash", '"source" expected a logits source, got "hash"'],
  [{ ...batch, kind: "batsch" }, '"source.kind" expected one of "worker", "batch", got "batsch"'],
  [{ ...batch, kind: undefined }, '"source.kind" expected one of "worker", "batch", got undefined'],
  [{ ...batch, name: 7 }, '"source.name" expected string, got 7'],
  [{ ...batch, vocabSize: 0 }, '"source.vocabSize" expected integer in [1, 16777216], got 0'],
  [{ ...batch, dtype: "f64" }, '"source.dtype" expected one of "f32", "f16", "bf16", got "f64"'],
  [{ ...batch, fillRows: undefined }, '"source.fillRows" expected function, got undefined'],
  [{ ...worker, tablesBytes: -1 }, '"source.tablesBytes" expected integer in [0, 4294967296], got -1'],
  [{ ...worker, worker: undefined }, '"source.worker.moduleUrl" expected string, got undefined'],
])("refuses %o", (source, message) => {
  expect(() => checkLogitsSource("source", source)).toThrow(message);
});
