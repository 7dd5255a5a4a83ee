import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../testing/run.ts";

const mix = [
  { name: "top-k", weight: 1, params: { topK: 40, topP: 0.9 } },
  { name: "greedy", weight: 1, params: { temperature: 0 } },
];

describe("pool target", () => {
  it.each([0, 2])("samples 30 batches of 8 rows with %i workers", async (workers) => {
    const { report } = await run({
      target: { type: "pool", vocabSize: 1000, workers, batchSize: 8 },
      load: { mode: "closed", concurrency: 3 },
      requests: { mix },
      count: 30,
    });
    expect(report.counts).toMatchObject({ due: 30, completed: 30, failed: 0 });
    expect(report.slices.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(240);
    expect(report.metrics.e2e.count).toBe(30);
    expect(report.rates.gigabytesPerSecond).toBeCloseTo((report.rates.tokensPerSecond * 4000) / 1e9, 9);
  });

  it("stops in time, with rows written by the workers and an open loop", async () => {
    const { report } = await run({
      target: { type: "pool", vocabSize: 1000, workers: 1, batchSize: 4, writeRows: true, dtype: "bf16" },
      load: { mode: "open", arrivals: "poisson", rate: 200 },
      durationMs: 500,
      warmUpMs: 0,
    });
    expect(report.counts.completed).toBe(report.counts.due);
    expect(report.counts.due).toBeGreaterThan(50);
    expect(report.endMs).toBeGreaterThan(400);
  });

  it("refuses parameters out of range before the run", async () => {
    await expect(
      run({
        target: { type: "pool", vocabSize: 100, workers: 0 },
        requests: { mix: [{ name: "x", params: { topP: 2 } }] },
      }),
    ).rejects.toThrow(/"topP" expected/);
    await expect(run({ target: { type: "pool", vocabSize: 2 ** 24, workers: 0, batchSize: 1000 } })).rejects.toThrow(
      /"batchSize" × "concurrency" expected at most/,
    );
  });
});

describe("engine target", () => {
  it("runs 50 sequences of 6 … 12 tokens, some cancelled, some read slowly", async () => {
    const { report, samples } = await run({
      target: { type: "engine", source: "synthetic", vocabSize: 500, workers: 1 },
      load: { mode: "closed", concurrency: 10 },
      requests: {
        maxTokens: { kind: "uniform", min: 6, max: 12 },
        mix,
        slowReaders: { share: 0.3, delayMs: 5 },
        cancel: { share: 0.2, afterMs: 15 },
      },
      count: 50,
    });
    const { due, completed, cancelled, failed } = report.counts;
    expect({ due, failed, ended: completed + cancelled }).toEqual({ due: 50, failed: 0, ended: 50 });
    for (const { outcome, tokens, itlMs } of samples) {
      if (outcome !== "completed") continue;
      expect(tokens).toBeGreaterThanOrEqual(6);
      expect(tokens).toBeLessThanOrEqual(12);
      expect(itlMs.length).toBe(tokens - 1);
    }
    expect(report.resources.every(({ residentBytes }) => residentBytes > 1e7)).toBe(true);
  });

  it("slow readers of 10 ms get half of their tokens at least 9 ms apart", async () => {
    const { report } = await run({
      target: { type: "engine", source: "synthetic", vocabSize: 500, workers: 1 },
      load: { mode: "closed", concurrency: 5 },
      requests: { maxTokens: 10, slowReaders: { share: 1, delayMs: 10 } },
      count: 10,
    });
    expect(report.metrics.itl.count).toBe(90);
    expect(report.metrics.itl.p50).toBeGreaterThan(9);
  });

  it("a source without a function for its rows is refused, and closed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tokenmill-load-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "source.mjs");
    const closed = join(directory, "closed");
    writeFileSync(
      path,
      `import { writeFileSync } from "node:fs";
       const close = async () => writeFileSync(${JSON.stringify(closed)}, "");
       export default { kind: "batch", name: "bare", vocabSize: 8, dtype: "f32", close };`,
    );
    const target = { type: "engine", source: `module:${path}`, workers: 0 };
    await expect(run({ target, count: 1 })).rejects.toThrow(/"source\.fillRows" expected function/);
    expect(existsSync(closed)).toBe(true);
  });

  it("the same seed asks for the same work", async () => {
    const ask = async (seed: number): Promise<number[]> => {
      const { samples } = await run({
        target: { type: "engine", source: "synthetic", vocabSize: 100, workers: 0 },
        requests: { maxTokens: { kind: "uniform", min: 1, max: 50 } },
        count: 20,
        seed,
      });
      return [...samples].sort((a, b) => a.index - b.index).map(({ tokens }) => tokens);
    };
    const once = await ask(1);
    expect(await ask(1)).toEqual(once);
    expect(await ask(2)).not.toEqual(once);
  });
});
