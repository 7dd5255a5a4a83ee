/**
 * Looks for the rows and parameters that cost most, in multiples of a plain read of the same rows in the same memory (R), for
 * each setting: hill climbing from known and random starts. What it finds can be timed again, alone:
 *
 *     BENCH_RECIPE='{"params":{"topK":9},"row":{"law":"equal"}}' npx tsx bench/worstCase.bench.ts
 *
 * What a recipe's row does not name is as in `plain`. `BENCH_SPACES` names some of the settings, between semicolons,
 * `BENCH_SEARCH_MS` how long each is searched.
 */
import type { SamplingParams } from "@tokenmill/core";
import { median, printSeries, type Series, writeSeries } from "@tokenmill/test-benchmarks";
import { openSlab } from "./slab.ts";
import { type Candidate, climb } from "./worstCase/climb.ts";
import { createRandom } from "./worstCase/random.ts";
import { fillByRecipe, plain, type RowRecipe, shortRecipe } from "./worstCase/rowRecipe.ts";
import { spacesFor } from "./worstCase/spaces.ts";

/** Copies of the row, cycled through: out of cache for the figures; in cache for the search, which is faster so. */
const rowCount = 64;
const searchRowCount = 8;
const vocabSize = Number(process.env["BENCH_VOCAB"] ?? 128_256);
const spaceMs = Number(process.env["BENCH_SEARCH_MS"] ?? 5000);
const chosen = process.env["BENCH_SPACES"]?.split(";");
/** A look samples rows for this long, and at least a few, unless they take many times longer. */
const searchMs = 5;
const finalMs = 100;
const fewestRows = 4;
const patience = 4;
const finalRounds = 5;

interface Recipe {
  readonly params?: SamplingParams;
  readonly row?: Partial<RowRecipe>;
  readonly historyLength?: number;
}

const slab = await openSlab(vocabSize, rowCount);

/** Microseconds of each row, one after the other; stops after a while. */
function timeRows(work: (index: number) => number, count: number, limitMs: number): number[] {
  const times: number[] = [];
  const start = performance.now();
  for (let i = 0, before = start; i < count; i++) {
    work(i);
    const now = performance.now();
    times.push((now - before) * 1000);
    before = now;
    const spent = now - start;
    if (spent > patience * limitMs || (spent > limitMs && times.length >= fewestRows)) break;
  }
  return times;
}

/** One round over `count` rows: medians, so that a switch to another process does not count. */
function look(
  { params, row }: Candidate,
  historyLength: number,
  count: number,
  limitMs: number,
): { micros: number; ratio: number } {
  fillByRecipe(slab.rows[0]!, row);
  for (const other of slab.rows.slice(1, count)) other.set(slab.rows[0]!);
  const read = (): number => median(timeRows(slab.read, count, Infinity));
  slab.forgetSamplers();
  const sample = slab.sampler(params, historyLength);
  const before = read();
  const micros = median(timeRows(sample, count, limitMs));
  return { micros, ratio: (2 * micros) / (before + read()) };
}

function timeAgain(name: string, candidate: Candidate, historyLength: number): Series {
  const looks = Array.from({ length: finalRounds }, () => look(candidate, historyLength, rowCount, finalMs));
  const recipe = JSON.stringify({
    params: candidate.params,
    row: shortRecipe(candidate.row),
    ...(historyLength > 0 && { historyLength }),
  });
  return {
    bench: "worst",
    name,
    at: { vocabSize, recipe },
    unit: "µs a row",
    values: looks.map(({ micros }) => micros),
    ratios: looks.map(({ ratio }) => ratio),
  };
}

const series: Series[] = [];
const add = (found: Series): void => {
  printSeries([found]);
  series.push(found);
};
const recipe = process.env["BENCH_RECIPE"];
if (recipe !== undefined) {
  const { params = {}, row = {}, historyLength = 0 } = JSON.parse(recipe) as Recipe;
  add(timeAgain("recipe", { params, row: { ...plain, ...row } }, historyLength));
} else {
  for (const [i, space] of spacesFor(vocabSize).entries()) {
    if (chosen && !chosen.includes(space.name)) continue;
    const { name, historyLength = 0 } = space;
    const cost = (candidate: Candidate): number => {
      try {
        return look(candidate, historyLength, searchRowCount, searchMs).ratio;
      } catch (error) {
        throw new Error(`${name} fails on ${JSON.stringify(candidate)}`, { cause: error });
      }
    };
    const end = performance.now() + spaceMs;
    const isOver = (): boolean => performance.now() > end;
    const worst = climb(space, createRandom(i + 1), { starts: 20, steps: 1000, cost, isOver });
    add(timeAgain(name, worst, historyLength));
  }
}
writeSeries(series);
