/**
 * llama.cpp's own sampler chains on the rows that `BENCH_RECORDED` names (as in packages/core/bench/rowSets.ts), beside a plain
 * read of them, by measure.c. Says so and measures nothing where there is no C compiler or no library: that of the directory
 * in `LLAMA_LIBRARIES`, else of the installed npm package @node-llama-cpp.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { printSeries, readRowSets, rounds, type Series, writeSeries } from "../measuring/index.ts";

const rowCount = 64;
const folder = mkdtempSync(join(tmpdir(), "tokenmill-bench-"));
try {
  const program = buildProgram();
  const series = typeof program === "string" ? readRowSets().flatMap((set) => measure(program, set)) : [];
  if (typeof program !== "string") console.error(`without llama.cpp: ${program.problem}`);
  printSeries(series);
  writeSeries(series);
} finally {
  rmSync(folder, { recursive: true });
}

/** Path of the program, or why there is none. */
function buildProgram(): string | { problem: string } {
  try {
    const directory = process.env["LLAMA_LIBRARIES"] ?? packageDirectory();
    const library = readdirSync(directory).find((name) => /^libllama(\.v[0-9.]+)?\.(so|dylib)$/.test(name));
    if (library === undefined) return { problem: `no libllama in ${directory}` };
    const program = join(folder, "measure");
    const source = join(import.meta.dirname, "measure.c");
    const flags = ["-O3", source, join(directory, library), `-Wl,-rpath,${directory}`, "-lm", "-o", program];
    execFileSync("cc", flags, { stdio: ["ignore", "ignore", "pipe"] });
    return program;
  } catch (error) {
    return { problem: (error as Error).message.split("\n")[0]! };
  }
}

function packageDirectory(): string {
  const platform = `${process.platform === "darwin" ? "mac" : process.platform}-${process.arch}`;
  const require = createRequire(join(import.meta.dirname, "../../packages/llama/package.json"));
  return join(dirname(require.resolve(`@node-llama-cpp/${platform}`)), "../bins", platform);
}

function measure(program: string, { name: rows, path }: { name: string; path: string }): Series[] {
  const vocabSize = statSync(path).size / (4 * rowCount);
  const text = execFileSync(program, [path, `${vocabSize}`, `${rounds}`], { encoding: "utf8" });
  const measured = new Map<string, { values: number[]; ratios: number[] }>();
  for (const line of text.trim().split("\n")) {
    const [name, micros, read] = line.split("\t") as [string, string, string];
    if (!measured.has(name)) measured.set(name, { values: [], ratios: [] });
    measured.get(name)!.values.push(Number(micros));
    measured.get(name)!.ratios.push(Number(micros) / Number(read));
  }
  return [...measured].map(([name, times]) => {
    return { bench: "llamaCpp", name, at: { vocabSize, rows }, unit: "µs a row", ...times };
  });
}
