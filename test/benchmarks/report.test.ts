import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportText } from "./report/markdown.ts";
import { plotsOf, type PlotName } from "./report/plots.ts";
import { plotSvg } from "./report/plotSvg.ts";
import { tableText } from "./report/table.ts";
import { type BenchRun, mergeSeries, readRun } from "./run/benchRun.ts";

const root = join(import.meta.dirname, "../..");

/** A small run with every kind of series: two processes, the second 10 % slower. */
function smallRun(): BenchRun {
  const recipe = JSON.stringify({ params: { topK: 9 }, row: { law: "flat" } });
  const points: readonly (readonly [string, string, Record<string, string | number>, boolean])[] = [
    ...[32_000, 128_256].flatMap((vocabSize) =>
      ["peaked", "flat"].map((rows) => ["settings", "greedy", { vocabSize, rows }, true] as const),
    ),
    ["settings", "greedy", { vocabSize: 50_257, rows: "recorded" }, true],
    ["real", "greedy", { vocabSize: 49_152, rows: "smollm2" }, true],
    ["real", "min-k", { vocabSize: 49_152, rows: "smollm2" }, true],
    ["real", "greedy", { vocabSize: 49_152, rows: "smollm2", dtype: "bf16" }, true],
    ["llamaCpp", "greedy", { vocabSize: 49_152, rows: "smollm2" }, true],
    ["door", "plan, in place", { vocabSize: 50_257, rows: "gaussian" }, true],
    ["peers", "greedy", { vocabSize: 128_256, rows: "gaussian", peer: "tokenmill" }, true],
    ["peers", "greedy", { vocabSize: 128_256, rows: "gaussian", peer: "plain JS" }, true],
    ["topK", "top-k", { vocabSize: 128_256, rows: "gaussian", topK: 1 }, true],
    ["topK", "top-k", { vocabSize: 128_256, rows: "gaussian", topK: 40 }, true],
    ["pool", "step", { vocabSize: 64, batchSize: 1, workers: 0 }, true],
    ["pool", "step", { vocabSize: 64, batchSize: 64, workers: 0 }, true],
    ["pool", "step", { vocabSize: 64, batchSize: 64, workers: 1 }, true],
    ["engine", "embedded model", { vocabSize: 50_257, workers: 1, sequences: 1 }, false],
    ["engine", "embedded model", { vocabSize: 50_257, workers: 1, sequences: 256 }, false],
    ["overhead", "bare pool", { vocabSize: 64, workers: 0, sequences: 1000 }, false],
    ["worst", "top-k", { vocabSize: 128_256, recipe }, true],
    ["embedded", "embedded model", { vocabSize: 50_257 }, true],
    ["embedded", "copy of one row", { vocabSize: 50_257 }, true],
    ["embedded", "read", { vocabSize: 50_257 }, true],
    ["server", "time per token", { streams: 500 }, false],
  ];
  const processes = [1, 1.1].map((factor) =>
    points.map(([bench, name, at, hasRatios], i) => {
      const values = [10 + i, 11 + i, 12 + i].map((value) => value * factor);
      return { bench, name, at, unit: "µs a row", values, ...(hasRatios && { ratios: values.map((v) => v / 4) }) };
    }),
  );
  const machine = {
    cpu: "Some CPU",
    cores: 2,
    memoryBytes: 2 ** 34,
    node: "v20.20.2",
    system: "Linux",
    loadAverage: 0.1,
  };
  return { mode: "full", commit: "abc", machine, processCount: 2, durationSeconds: 90, series: mergeSeries(processes) };
}

function expectTables(markdown: string): void {
  const blocks = markdown.split("\n\n").filter((block) => block.startsWith("|"));
  expect(blocks.length).toBeGreaterThan(5);
  for (const block of blocks) {
    const widths = block.split("\n").map((line) => line.replaceAll(/`[^`]*`/g, "").split("|").length);
    expect({ block, widths: [...new Set(widths)] }).toEqual({ block, widths: [widths[0]] });
  }
}

describe("the report of a run", () => {
  const run = smallRun();
  const plots = plotsOf(run);
  const text = reportText(run, new Set(plots.keys()), "plots");

  it("has a plot for every kind of growth, for the peers and the worst case", () => {
    const names: PlotName[] = ["vocabulary", "peers", "top-k", "batch", "workers", "sequences", "worst"];
    expect([...plots.keys()]).toEqual(names);
    for (const name of names) expect(text).toContain(`](plots/${name}.svg)`);
  });

  it("has a heading for each benchmark", () => {
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "Rows of real models",
      "Settings",
      "Others on npm",
      "Growth with k",
      "The sampler on one thread",
      "Growth with B and workers",
      "Growth with sequences",
      "The worst found by search",
      "Rows of the embedded model",
      "Server",
      "Beside llama.cpp",
      "Beside hostile clients",
      "Where the time goes",
      "Commands",
    ]);
  });

  it("has tables of equal lines", () => expectTables(text));

  it("gives median, multiple of R and spread over processes", () => {
    expect(text).toContain("| greedy | 11.6 (2.89 ±5 %) | 12.6 (3.15 ±5 %) |");
  });

  it("puts rows of real models first, with 16-bit rows and llama.cpp beside", () => {
    expect(text).toContain("| smollm2, V = 49,152: µs a row (R) | tokenmill | bf16 | llama.cpp | times |");
    expect(text).toContain("| greedy | 16.8 (4.20 ±5 %) | 18.9 (4.73 ±5 %) | 20.0 | 1.19 |");
    expect(text).toContain("Geometric mean over llama.cpp: 1.19; the least: 1.19.");
  });

  it("says where it was made, and whether others had work for the machine", () => {
    expect(text).toContain(
      "1.5 minutes on 2 × Some CPU, 16 GiB, Node 20.20.2, Linux; load average before it 0.1. Commit abc.",
    );
    const busy = { ...run, machine: { ...run.machine, loadAverage: 3 } };
    expect(reportText(busy, new Set(), "plots")).toContain("mind the spreads");
  });

  it("draws every plot", async () => {
    for (const plot of plots.values()) expect(await plotSvg(plot)).toMatch(/^<svg [\s\S]*<\/svg>$/);
  });

  it("leaves out what was not measured", () => {
    const some = { ...run, series: run.series.filter(({ bench }) => bench === "topK") };
    const headings = [...reportText(some, new Set(), "").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "Growth with k",
      "Beside llama.cpp",
      "Beside hostile clients",
      "Where the time goes",
      "Commands",
    ]);
  });

  it("refuses tables with lines of other lengths", () => {
    expect(() => tableText({ head: ["a", "b"], rows: [["1"]] })).toThrow(/expected 2 cells, got 1/);
  });
});

const published = join(root, "docs/bench/run.json");

// Until a run is published there is nothing that BENCHMARKS.md could be compared with.
describe.runIf(existsSync(published))("BENCHMARKS.md", () => {
  it("is the report of docs/bench/run.json, a full run, with all its plots", () => {
    const run = readRun(published);
    expect(run.mode).toBe("full");
    const plots = new Set(plotsOf(run).keys());
    const text = readFileSync(join(root, "BENCHMARKS.md"), "utf8");
    expect(text).toBe(reportText(run, plots, "docs/bench"));
    expectTables(text);
    const missing = [...plots].filter((name) => !existsSync(join(root, `docs/bench/${name}.svg`)));
    expect(missing).toEqual([]);
  });
});
