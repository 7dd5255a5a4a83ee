import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRows } from "@tokenmill/test-rows";
import { writeNpy } from "./npyFile.ts";
import { createRowWriter } from "./rowWriter.ts";
import { createTraceSource } from "./traceSource.ts";

const rowCount = 3;
const vocabSize = 21;
const data = Float32Array.from({ length: rowCount * vocabSize }, (_, i) => i / 8);

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenmill-"));
  path = join(folder, "rows.npy");
  await writeNpy(path, { dtype: "f32", shape: [rowCount, vocabSize], data });
});

afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ["loaded from a file", () => createTraceSource({ path })],
  ["read from a file row by row", () => createTraceSource({ path, largestLoadBytes: 0 })],
  ["in memory", () => createTraceSource({ rows: data, shape: [rowCount, vocabSize] })],
])("a trace %s", (_, create) => {
  it("gives row position mod N of any sequence, and nothing behind it", async () => {
    const source = await create();
    expect(source).toMatchObject({ kind: "worker", vocabSize, dtype: "f32" });
    const rows = await openRows(source, createRowWriter);
    for (let position = 0; position < 7; position++) {
      rows.row.fill(-1);
      rows.write([], { position, sequenceIdLow: 77 });
      const first = (position % rowCount) * vocabSize;
      expect(rows.row.subarray(0, vocabSize)).toEqual(data.subarray(first, first + vocabSize));
      expect(new Set(rows.row.subarray(vocabSize))).toEqual(new Set([-1]));
    }
  });
});

describe("createTraceSource", () => {
  it("reads f16 and single rows", async () => {
    const bits = Uint16Array.of(0x3c00, 0xfc00, 0x7bff);
    const file = join(folder, "f16.npy");
    await writeNpy(file, { dtype: "f16", shape: [3], data: bits });
    const source = await createTraceSource({ path: file });
    expect(source).toMatchObject({ vocabSize: 3, dtype: "f16" });
    const rows = await openRows(source, createRowWriter);
    rows.write([], { position: 5 });
    expect(rows.bits16.subarray(0, 3)).toEqual(bits);
    expect((await createTraceSource({ rows: bits, shape: [3], dtype: "bf16" })).dtype).toBe("bf16");
  });

  it("begins at row sequenceId mod N if asked to", async () => {
    const source = await createTraceSource({ path, startRow: "sequenceId" });
    const rows = await openRows(source, createRowWriter);
    rows.write([], { position: 1, sequenceIdLow: -1 });
    expect(rows.row[0]).toBe(data[((2 ** 32 - 1 + 1) % rowCount) * vocabSize]);
  });

  it("refuses rows of another vocabulary, naming both sizes", async () => {
    await expect(createTraceSource({ path, vocabSize: 50_257 })).rejects.toThrow(
      `"vocabSize" expected 50257, got rows of 21 in ${path}`,
    );
    const tokenizer = { vocabSize: 99, eosTokenId: undefined, encode: () => [], tokenBytes: () => new Uint8Array() };
    await expect(createTraceSource({ path, tokenizer })).rejects.toThrow(
      '"vocabSize" expected 99 as the tokenizer has, got 21',
    );
  });

  it("refuses shapes and types that do not fit", async () => {
    await expect(createTraceSource({ rows: data, shape: [2, 21] })).rejects.toThrow(
      '"rows" expected 42 elements for shape [2, 21], got 63',
    );
    await expect(createTraceSource({ rows: data, shape: [] })).rejects.toThrow(
      '"shape" expected [V] or [N, V], got []',
    );
    await expect(createTraceSource({ rows: data, shape: [-63] })).rejects.toThrow(
      '"shape[0]" expected integer in [1, 2147483648], got -63',
    );
    await expect(createTraceSource({ rows: data, shape: [63], dtype: "f16" })).rejects.toThrow(
      '"dtype" expected one of "f32", got "f16"',
    );
    await expect(createTraceSource({ rows: [1, 2] as never, shape: [2] })).rejects.toThrow(
      '"rows" expected Float32Array or Uint16Array',
    );
    await expect(createTraceSource({ path, startRow: "last" as never })).rejects.toThrow(
      '"startRow" expected one of "first", "sequenceId", got "last"',
    );
    await expect(createTraceSource({ path: join(folder, "none.npy") })).rejects.toThrow(/ENOENT/);
  });

  it("fails, and does not repeat an old row, when the file is cut short while it is used", async () => {
    const file = join(folder, "cut.npy");
    await writeNpy(file, { dtype: "f32", shape: [rowCount, vocabSize], data });
    const rows = await openRows(await createTraceSource({ path: file, largestLoadBytes: 0 }), createRowWriter);
    const loaded = await createTraceSource({ path: file });
    await truncate(file, 200);
    expect(() => rows.write([], { position: 2 })).toThrow(/expected 84 bytes at \d+, got 0: it has changed/);
    await expect(openRows(loaded, createRowWriter)).rejects.toMatchObject({ code: "npy_truncated" });
  });
});
