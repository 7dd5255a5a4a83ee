import { type LogitsSource, writeSparseRow } from "@tokenmill/core";
import { expect, it } from "vitest";
import type { ServeLimits } from "../options/limits.ts";
import { RowReader } from "./rowReader.ts";

it("a source that cannot write the row closes its sequence, and writes the next one", async () => {
  const open = new Set<bigint>();
  let fails = 0;
  const source = {
    kind: "batch",
    name: "planted",
    vocabSize: 2,
    dtype: "f32",
    async fillRows(rows) {
      const { row, sequenceId } = rows[0]!;
      open.add(sequenceId);
      row.set([1, 2]);
      if (fails++ === 0) throw new Error("planted");
      return fails === 2 ? [new Error("planted too")] : undefined;
    },
    closeSequence: (sequenceId) => void open.delete(sequenceId),
  } satisfies Extract<LogitsSource, { kind: "batch" }> as LogitsSource;
  const reader = new RowReader(source, { maxContextTokens: 16, queueTimeoutMs: 1000 } as ServeLimits);
  const client = { peer: "a", connection: {} };
  await expect(reader.read(client, [0])).rejects.toThrow("planted");
  await expect(reader.read(client, [0])).rejects.toThrow("planted too");
  expect([...(await reader.read(client, [0]))]).toEqual([1, 2]);
  expect(open.size).toBe(0);
});

it("a sparse row is not taken for a whole one", async () => {
  const source = {
    kind: "batch",
    name: "sparse",
    vocabSize: 64,
    dtype: "f32",
    async fillRows(rows) {
      for (const { row } of rows) writeSparseRow(row, { tokenIds: [3], logits: [5], restLogSumExp: 1 });
      return undefined;
    },
  } satisfies Extract<LogitsSource, { kind: "batch" }> as LogitsSource;
  const reader = new RowReader(source, { maxContextTokens: 16, queueTimeoutMs: 1000 } as ServeLimits);
  await expect(reader.read({ peer: "a", connection: {} }, [0])).rejects.toMatchObject({ code: "row_too_sparse" });
});
