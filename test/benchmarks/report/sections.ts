/** The report's parts, each a heading, words, a plot or a table; a part without series is left out. */
import { type BenchRun, medianOf, type RunSeries } from "../run/benchRun.ts";
import { number, timeCell, unique, whole } from "./figures.ts";
import type { PlotName } from "./plots.ts";
import { type Table, tableText } from "./table.ts";

/** A part's Markdown; `plot` gives the image of a plot, or "" if the run has nothing for it. */
export type Section = (run: BenchRun, plot: (name: PlotName, alt: string) => string) => string;

const of = ({ series }: BenchRun, bench: string): RunSeries[] => series.filter((one) => one.bench === bench);

/** Lines by one key, columns by another. */
function crossTable(series: readonly RunSeries[], corner: string, line: KeyOf, column: KeyOf): Table {
  const columns = unique(series.map(column));
  const cellOf = (name: string, top: string): string =>
    timeCell(series.find((one) => line(one) === name && column(one) === top));
  return {
    head: [corner, ...columns],
    rows: unique(series.map(line)).map((name) => [name, ...columns.map((top) => cellOf(name, top))]),
  };
}
type KeyOf = (series: RunSeries) => string;

const text = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");

export const settingsSection: Section = (run, plot) => {
  const series = of(run, "settings");
  if (series.length === 0) return "";
  const tables = unique(series.map(({ at }) => at["vocabSize"]!)).map((vocabSize) =>
    tableText(
      crossTable(
        series.filter(({ at }) => at["vocabSize"] === vocabSize),
        `V = ${whole(vocabSize)}: µs a row (R)`,
        ({ name }) => name,
        ({ at }) => at["rows"]!.toString(),
      ),
    ),
  );
  return text("## Settings", plot("vocabulary", "µs a row against V"), ...tables);
};

export const doorSection: Section = (run) => {
  const series = of(run, "door");
  if (series.length === 0) return "";
  const table = crossTable(
    series,
    "greedy: µs a row (R)",
    ({ name }) => name,
    ({ at }) => `${at["rows"]}, V = ${whole(at["vocabSize"]!)}`,
  );
  const words = `What \`createSampler\` adds to its kernel, beside the bare kernel and the bare copy. In place: the row stands in the
sampler's memory (\`sampler.row\`); rows in turns are copied into it.`;
  return text("## The sampler on one thread", words, tableText(table));
};

export const peersSection: Section = (run, plot) => {
  const series = of(run, "peers");
  if (series.length === 0) return "";
  const sets = unique(series.map(({ at }) => `${at["rows"]}, V = ${whole(at["vocabSize"]!)}`));
  const tables = sets.map((set) =>
    tableText(
      crossTable(
        series.filter(({ at }) => `${at["rows"]}, V = ${whole(at["vocabSize"]!)}` === set),
        `${set}: µs a row (R)`,
        ({ name }) => name,
        ({ at }) => at["peer"]!.toString(),
      ),
    ),
  );
  const words = `The same values, in the same run, one thread each, a row a call. onnxruntime-node: ArgMax, Softmax or TopK over the
vocabulary, the rest in plain JavaScript. transformers.js: its own temperature warper and sampler (it has no top-p or min-p).
Plain JS: written well, no sort of the vocabulary. Each one's tokens and kept sets are checked before it is timed. Slow settings
of theirs sample 1 … 8 of the 64 rows, which then stay in cache.`;
  return text("## Others on npm", words, plot("peers", "µs a row of each, by setting"), ...tables);
};

export const topKSection: Section = (run, plot) => {
  const series = of(run, "topK");
  if (series.length === 0) return "";
  const table = crossTable(
    series,
    `k at V = ${whole(series[0]!.at["vocabSize"]!)}: µs a row (R)`,
    ({ at }) => whole(at["topK"]!),
    ({ at }) => at["rows"]!.toString(),
  );
  return text("## Growth with k", plot("top-k", "multiples of R against k"), tableText(table));
};

export const poolSection: Section = (run, plot) => {
  const series = of(run, "pool");
  if (series.length === 0) return "";
  const tables = unique(series.map(({ at }) => at["vocabSize"]!)).map((vocabSize) =>
    tableText(
      crossTable(
        series.filter(({ at }) => at["vocabSize"] === vocabSize),
        `V = ${whole(vocabSize)}: µs a row (R)`,
        ({ at }) => `B = ${at["batchSize"]}`,
        ({ at }) => `${at["workers"]} workers`,
      ),
    ),
  );
  const words = `A step of B rows through the pool (T 0.8, top-k 40, top-p 0.95); 0 workers is the calling thread. R is a plain read of as
many rows by the calling thread.`;
  const plots = [plot("batch", "µs a row against B"), plot("workers", "rows per second against workers")];
  return text("## Growth with B and workers", words, ...plots, ...tables);
};

export const engineSection: Section = (run, plot) => {
  const model = of(run, "engine");
  const overhead = of(run, "overhead");
  const byWorkers = crossTable(
    model,
    "sequences: µs a token",
    ({ at }) => whole(at["sequences"]!),
    ({ at }) => `${at["workers"]} workers`,
  );
  const added = crossTable(
    overhead,
    "V = 64, one thread: µs a token",
    ({ name }) => name,
    ({ at }) => `${whole(at["sequences"]!)} sequences`,
  );
  return text(
    ...(model.length === 0
      ? []
      : [
          "## Growth with sequences",
          `The whole engine on the embedded model, V = ${whole(model[0]!.at["vocabSize"]!)}, T 0.8, top-p 0.95, all sequences open at once.`,
          plot("sequences", "µs a token against sequences"),
          tableText(byWorkers),
        ]),
    ...(overhead.length === 0 ? [] : ["What the engine and rxjs add to the bare pool:", tableText(added)]),
  );
};

export const worstSection: Section = (run, plot) => {
  const series = of(run, "worst").toSorted((a, b) => medianOf(b, "ratios") - medianOf(a, "ratios"));
  if (series.length === 0) return "";
  const words = `Hill climbing over rows (scale, offset, ties, levels, order, masks, blocks) and parameters from random starts, for the
largest multiple of R. A recipe can be timed again: \`BENCH_RECIPE='…' npx tsx packages/core/bench/worstCase.bench.ts\`.`;
  const table: Table = {
    head: [`V = ${whole(series[0]!.at["vocabSize"]!)}`, "µs a row", "R", "recipe"],
    rows: series.map((one) => {
      return [one.name, number(medianOf(one)), number(medianOf(one, "ratios")), `\`${one.at["recipe"]}\``];
    }),
  };
  return text(
    "## The worst found by search",
    words,
    plot("worst", "largest multiple of R by setting"),
    tableText(table),
  );
};

export const embeddedSection: Section = (run) => {
  const series = of(run, "embedded");
  if (series.length === 0) return "";
  const timeOf = (name: string): number => medianOf(series.find((one) => one.name === name)!);
  const table: Table = {
    head: [`V = ${whole(series[0]!.at["vocabSize"]!)}`, "µs a row (R)"],
    rows: series.map((one) => [one.name, timeCell(one)]),
  };
  const extra = (timeOf("embedded model") - timeOf("copy of one row")) / timeOf("read");
  const words = `Rows of 64 contexts of texts that the model wrote, into 64 slots. The model takes ${number(extra)} R more than a copy of one row.`;
  return text("## Rows of the embedded model", words, tableText(table));
};

export const serverSection: Section = (run) => {
  const series = of(run, "server");
  if (series.length === 0) return "";
  const table: Table = {
    head: ["`tokenmill serve`", "streams", "", "unit"],
    rows: series.map((one) => [one.name, whole(one.at["streams"]!), timeCell(one), one.unit]),
  };
  return text("## Server", "100 tokens a stream; clients on the same machine.", tableText(table));
};
