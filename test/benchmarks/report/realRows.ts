/** The report's first part: rows of real models, 16-bit rows and llama.cpp beside them. */
import { type BenchRun, medianOf, type RunSeries } from "../run/benchRun.ts";
import { number, timeCell, unique, whole } from "./figures.ts";
import type { Section } from "./sections.ts";
import { tableText } from "./table.ts";

export const realSection: Section = (run) => {
  const ours = run.series.filter(({ bench }) => bench === "real");
  if (ours.length === 0) return "";
  const rowSets = unique(ours.map(({ at }) => at["rows"]!.toString()));
  const words = `64 rows that each model gave along four texts. In brackets multiples of R; bf16: the same rows rounded to it; times:
llama.cpp's own C++ chain (\`test/benchmarks/llamaCpp/measure.c\`, where its library is installed) as a multiple of tokenmill.`;
  return ["## Rows of real models", words, ...rowSets.map((rows) => rowsText(run, ours, rows))].join("\n\n");
};

function rowsText({ series }: BenchRun, ours: readonly RunSeries[], rows: string): string {
  const here = ours.filter(({ at }) => at["rows"] === rows);
  const wide = here.filter(({ at }) => at["dtype"] === undefined);
  const theirs = series.filter(({ bench, at }) => bench === "llamaCpp" && at["rows"] === rows);
  const factors: number[] = [];
  const lines = wide.map((one) => {
    const narrow = here.find(({ name, at }) => name === one.name && at["dtype"] === "bf16");
    const theirOwn = theirs.find(({ name }) => name === one.name);
    const factor = theirOwn === undefined ? undefined : medianOf(theirOwn) / medianOf(one);
    if (factor !== undefined) factors.push(factor);
    const others = [
      theirOwn === undefined ? "" : number(medianOf(theirOwn)),
      factor === undefined ? "" : number(factor),
    ];
    return [one.name, timeCell(one), timeCell(narrow), ...others];
  });
  const head = [
    `${rows}, V = ${whole(wide[0]!.at["vocabSize"]!)}: µs a row (R)`,
    "tokenmill",
    "bf16",
    "llama.cpp",
    "times",
  ];
  const table = tableText({ head, rows: lines });
  if (factors.length === 0) return table;
  const mean = Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0) / factors.length);
  return `${table}\n\nGeometric mean over llama.cpp: ${number(mean)}; the least: ${number(Math.min(...factors))}.`;
}
