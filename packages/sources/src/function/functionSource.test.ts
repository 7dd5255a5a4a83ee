import { describe, expect, it } from "vitest";
import { functionSource } from "./functionSource.ts";

const stepOf = (position: number, vocabSize = 4) => ({
  row: new Float32Array(vocabSize),
  history: Int32Array.of(3, 1),
  promptLength: 2,
  sequenceId: 9n,
  position,
});

describe("functionSource", () => {
  it("has the function write each row, with its context", async () => {
    const source = functionSource({
      vocabSize: 4,
      write: (row, { history, position }) => row.fill(history[1]! + position) && undefined,
    });
    const rows = [stepOf(0), stepOf(5)];
    expect(await source.fillRows(rows)).toEqual([undefined, undefined]);
    expect(rows.map(({ row }) => row[3])).toEqual([1, 6]);
    expect(source).toMatchObject({ kind: "batch", name: "function", vocabSize: 4, dtype: "f32" });
  });

  it("waits for an asynchronous function", async () => {
    const source = functionSource({
      vocabSize: 4,
      async write(row) {
        await Promise.resolve();
        row[0] = 7;
      },
    });
    const step = stepOf(0);
    await source.fillRows([step]);
    expect(step.row[0]).toBe(7);
  });

  it("gives an error to its own row only, whatever was thrown", async () => {
    const source = functionSource({
      vocabSize: 4,
      write(_, { position }) {
        if (position === 1) throw new Error("no row");
        // oxlint-disable-next-line typescript/only-throw-error -- users' code may
        if (position === 2) throw "text";
      },
    });
    const errors = await source.fillRows([stepOf(0), stepOf(1), stepOf(2)]);
    expect(errors?.map((error) => error?.message)).toEqual([undefined, "no row", "text"]);
  });

  it("tells when a sequence ends", () => {
    const closed: bigint[] = [];
    functionSource({ vocabSize: 4, write() {}, closeSequence: (id) => closed.push(id) }).closeSequence?.(5n);
    expect(closed).toEqual([5n]);
  });

  it("refuses a vocabulary size out of range and a write that is no function", () => {
    expect(() => functionSource({ vocabSize: 0, write() {} })).toThrow(
      '"vocabSize" expected integer in [1, 16777216], got 0',
    );
    expect(() => functionSource({ vocabSize: 1, write: 3 as never })).toThrow('"write" expected function, got 3');
  });
});
