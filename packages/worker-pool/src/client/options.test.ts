import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { completeOptions } from "./options.ts";
import { hashSource } from "../testing/runRows.ts";
import type { PoolOptions } from "../types.ts";

describe("completeOptions", () => {
  it("fills in what is absent", () => {
    expect(completeOptions({ vocabSize: 1000 })).toMatchObject({
      dtype: "f32",
      workers: availableParallelism(),
      slots: Math.max(64, 32 * availableParallelism()),
      maxLogprobs: 20,
      arenaBytes: 2 ** 28,
      spinLimit: 2000,
      inlineRows: 1,
      inlineMs: 0.1,
    });
    expect(completeOptions({ source: hashSource({}, 77) })).toMatchObject({ vocabSize: 77, dtype: "f32" });
    expect(completeOptions({ vocabSize: 2 ** 24, workers: 4 }).slots).toBe(16);
  });

  const refused: [PoolOptions | Record<string, unknown>, string][] = [
    [{}, '"vocabSize" expected integer in [1, 16777216], got undefined'],
    [{ vocabSize: 0 }, '"vocabSize" expected integer in [1, 16777216], got 0'],
    [{ vocabSize: 10, worker: 1 }, 'unknown pool option "worker", did you mean "workers"?'],
    [{ vocabSize: 10, workers: 1.5 }, '"workers" expected integer in [0, 256], got 1.5'],
    [{ vocabSize: 10, workers: "2" }, '"workers" expected integer in [0, 256], got "2"'],
    [{ vocabSize: 10, slots: 0 }, '"slots" expected integer in [1, 65536], got 0'],
    [{ vocabSize: 10, dtype: "f64" }, '"dtype" expected one of f32, f16, bf16, got "f64"'],
    [{ vocabSize: 10, dtype: "toString" }, '"dtype" expected one of f32, f16, bf16, got "toString"'],
    [{ vocabSize: 10, arenaBytes: 100 }, '"arenaBytes" expected integer in [4096, 4294967296], got 100'],
    [{ vocabSize: 10, maxLogprobs: -1 }, '"maxLogprobs" expected integer in [0, 16777216], got -1'],
    [{ vocabSize: 10, maxLogprobs: Number.NaN }, '"maxLogprobs" expected integer in [0, 16777216], got NaN'],
    [{ vocabSize: 10, spinLimit: 1e8 }, '"spinLimit" expected integer in [0, 10000000], got 100000000'],
    [{ vocabSize: 10, workerUrl: 5 }, '"workerUrl" expected URL or path, got 5'],
    [
      { vocabSize: 10, workerUrl: "nowhere/worker.js" },
      '"workerUrl" expected a file that is there, bundled from @tokenmill/worker-pool/worker, got "nowhere/worker.js"',
    ],
    [{ vocabSize: 10, inlineRows: -1 }, '"inlineRows" expected integer in [0, 65536], got -1'],
    [{ vocabSize: 10, inlineMs: 1001 }, '"inlineMs" expected number in [0, 1000], got 1001'],
    [{ vocabSize: 10, inlineMs: Number.NaN }, '"inlineMs" expected number in [0, 1000], got NaN'],
    [{ vocabSize: 10, variant: "avx" }, '"variant" expected one of simd, scalar, got "avx"'],
    [{ source: hashSource({}, 5), vocabSize: 6 }, '"vocabSize" expected 5, as the source hash has, got 6'],
    [{ source: hashSource(), dtype: "f16" }, '"dtype" expected f32, as the source hash has, got "f16"'],
    [{ source: "hash" }, '"source" expected a logits source, got "hash"'],
  ];
  it.each(refused)("refuses %o", (options, message) => {
    expect(() => completeOptions(options as PoolOptions)).toThrow(message);
  });
});
