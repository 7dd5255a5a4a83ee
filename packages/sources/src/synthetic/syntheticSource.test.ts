import { crc32 } from "node:zlib";
import type { RowDtype } from "@tokenmill/contracts";
import { describe, expect, it } from "vitest";
import { openRows } from "@tokenmill/test-rows";
import { adversarialPatterns } from "./adversarial.ts";
import { rowLaws, type SyntheticKind } from "./kinds.ts";
import { createRowWriter } from "./rowWriter.ts";
import { createSyntheticSource, type SyntheticSourceOptions } from "./syntheticSource.ts";

const kinds = Object.keys(rowLaws) as SyntheticKind[];
const dtypes: RowDtype[] = ["f32", "f16", "bf16"];

function decode16(bits: number, dtype: RowDtype): number {
  if (dtype === "bf16") return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** Rows as numbers, for steps 0 … count − 1 of sequence `sequenceId`. */
async function rowsOf(options: SyntheticSourceOptions, count: number, sequenceId = 1): Promise<number[][]> {
  const source = createSyntheticSource(options);
  const rows = await openRows(source, createRowWriter);
  return Array.from({ length: count }, (_, position) => {
    rows.write([], { position, sequenceIdLow: sequenceId });
    if (source.dtype === "f32") return [...rows.row.subarray(0, source.vocabSize)];
    return Array.from(rows.bits16.subarray(0, source.vocabSize), (bits) => decode16(bits, source.dtype));
  });
}

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
}

describe.each(kinds)("synthetic %s", (kind) => {
  it.each(dtypes)("writes valid %s rows of any size: no NaN, no +Infinity, something finite", async (dtype) => {
    for (const vocabSize of [1, 2, 15, 16, 17, 1000]) {
      for (const row of await rowsOf({ kind, vocabSize, dtype }, 100)) {
        expect(row.every((value) => value < Number.POSITIVE_INFINITY)).toBe(true);
        expect(row.some((value) => value > Number.NEGATIVE_INFINITY)).toBe(true);
      }
    }
  });

  it("is a function of seed, sequence id and position", async () => {
    const options = { kind, vocabSize: 500 };
    const rows = await rowsOf(options, 40);
    expect(await rowsOf(options, 40)).toEqual(rows);
    expect(await rowsOf({ ...options, seed: 1 }, 40)).not.toEqual(rows);
    expect(await rowsOf(options, 40, 2)).not.toEqual(rows);
  });
});

describe("synthetic laws", () => {
  const vocabSize = 50_000;

  it.each([
    ["gaussian", undefined, 2.5],
    ["gaussian", 4, 4],
    ["flat", undefined, 1],
  ] as const)("%s with scale %s has mean 0 and deviation %d within 2 %%", async (kind, scale, expected) => {
    const [row] = await rowsOf({ kind, vocabSize, ...(scale && { scale }), distinctRows: 1 }, 1);
    const { mean, deviation } = moments(row!);
    expect(Math.abs(mean) / expected).toBeLessThan(0.02);
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
    expect(Math.max(...row!) / expected).toBeGreaterThan(3.5);
  });

  it("peaked gives half of the mass to its first token, 3 % to all but sixteen", async () => {
    for (const row of await rowsOf({ kind: "peaked", vocabSize }, 5)) {
      const masses = row.map(Math.exp).toSorted((a, b) => b - a);
      const total = masses.reduce((a, b) => a + b, 0);
      expect(masses[0]! / total).toBeCloseTo(0.5, 1);
      expect(masses.slice(16).reduce((a, b) => a + b, 0) / total).toBeCloseTo(0.03, 1);
    }
  });

  it("zipf is rank^−scale on shuffled ids", async () => {
    const [row] = await rowsOf({ kind: "zipf", vocabSize, scale: 1.5 }, 1);
    const sorted = row!.toSorted((a, b) => b - a);
    for (const rank of [1, 2, 10, 1000]) expect(sorted[rank - 1]).toBeCloseTo(-1.5 * Math.log(rank), 5);
    expect(row).not.toEqual(sorted);
  });

  it("ties has fewer than 40 values and more than one token at the highest", async () => {
    for (const row of await rowsOf({ kind: "ties", vocabSize }, 5)) {
      expect(new Set(row).size).toBeLessThan(40);
      const highest = Math.max(...row);
      expect(row.filter((value) => value === highest).length).toBeGreaterThan(1);
    }
  });

  it.each(dtypes)(
    "adversarial %s rows hold ±0, denormals, the largest values, −Infinity runs and ties",
    async (dtype) => {
      const rows = await rowsOf(
        { kind: "adversarial", vocabSize: 999, dtype, distinctRows: adversarialPatterns.length },
        400,
      );
      const all = new Set(rows.flat());
      const [largest, smallest] = {
        f32: [3.4028234663852886e38, 2 ** -149],
        f16: [65_504, 2 ** -24],
        bf16: [3.3895313892515355e38, 2 ** -133],
      }[dtype] as [number, number];
      for (const value of [largest, -largest, smallest, -smallest, 0, Number.NEGATIVE_INFINITY])
        expect(all).toContain(value);
      expect(rows.some((row) => row.some((value) => Object.is(value, -0)))).toBe(true);
      expect(rows.some((row) => new Set(row).size === 1)).toBe(true);
    },
  );

  it("has distinctRows rows, turned: the same elements in another place", async () => {
    const rows = await rowsOf({ kind: "gaussian", vocabSize: 300, distinctRows: 3 }, 60);
    const sorted = new Set(rows.map((row) => row.toSorted((a, b) => a - b).join()));
    expect(sorted.size).toBe(3);
    expect(new Set(rows.map((row) => row.join())).size).toBeGreaterThan(50);
  });

  it("writes nothing behind the row", async () => {
    const source = createSyntheticSource({ kind: "gaussian", vocabSize: 101 });
    const rows = await openRows(source, createRowWriter);
    rows.row.fill(123);
    rows.write([]);
    expect(rows.row.subarray(0, 101)).not.toContain(123);
    expect(new Set(rows.row.subarray(101))).toEqual(new Set([123]));
  });

  // Recorded once: no engine's own logarithm or random numbers are in them.
  it("gives recorded bits", async () => {
    const digest = async (kind: SyntheticKind): Promise<number> => {
      const rows = await rowsOf({ kind, vocabSize: 1000, seed: 7 }, 20);
      return crc32(new Uint8Array(Float32Array.from(rows.flat()).buffer));
    };
    expect(await Promise.all(kinds.map(digest))).toEqual([
      360_559_254, 4_188_614_786, 1_110_749_619, 605_093_609, 394_198_871, 3_509_471_722,
    ]);
  });
});

describe("createSyntheticSource refuses", () => {
  const valid = { kind: "gaussian", vocabSize: 100 } as const;
  it.each([
    [
      { kind: "gauss" as SyntheticKind },
      '"kind" expected one of "gaussian", "flat", "peaked", "zipf", "ties", "adversarial", got "gauss"',
    ],
    [{ vocabSize: 0 }, '"vocabSize" expected integer in [1, 16777216], got 0'],
    [{ vocabSize: 1.5 }, '"vocabSize" expected integer in [1, 16777216], got 1.5'],
    [{ vocabSize: "9" as unknown as number }, '"vocabSize" expected integer in [1, 16777216], got "9"'],
    [{ dtype: "f64" as RowDtype }, '"dtype" expected one of "f32", "f16", "bf16", got "f64"'],
    [{ seed: -1 }, '"seed" expected integer in [0, 4294967295], got -1'],
    [{ scale: 0 }, '"scale" expected number in (0, 1000], got 0'],
    [{ scale: Number.NaN }, '"scale" expected number in (0, 1000], got NaN'],
    [{ kind: "adversarial", scale: 1 }, '"scale" expected nothing for kind "adversarial", got 1'],
    [{ distinctRows: 0 }, '"distinctRows" expected integer in [1, 65536], got 0'],
    [{ vocabSize: 2 ** 24 }, "at most 1 GiB in all, got 4294967296 bytes: use fewer"],
  ] as const)("%o", (options, message) => {
    expect(() => createSyntheticSource({ ...valid, ...options })).toThrow(message);
  });

  it("a tokenizer of another vocabulary", () => {
    const tokenizer = { vocabSize: 99, eosTokenId: undefined, encode: () => [], tokenBytes: () => new Uint8Array() };
    expect(() => createSyntheticSource({ ...valid, tokenizer })).toThrow(
      '"vocabSize" expected 99 as the tokenizer has, got 100',
    );
  });
});
