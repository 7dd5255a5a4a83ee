/**
 * `tsx bench/compare.ts before.json after.json`: which settings changed between two runs of `chain.bench.ts`, by the ratio to
 * the plain read of the same round. A change counts as real if a Mann–Whitney test of the rounds rejects equality at 1 % and
 * the medians differ by more than 3 %; with fewer than five rounds each nothing can be told.
 */
import { readFileSync } from "node:fs";
import { type BenchRun, median, type Timing } from "./report.ts";

const [beforePath, afterPath] = process.argv.slice(2);
if (beforePath === undefined || afterPath === undefined) {
  console.error("usage: tsx bench/compare.ts before.json after.json");
  process.exit(2);
}
const before = JSON.parse(readFileSync(beforePath, "utf8")) as BenchRun;
const after = JSON.parse(readFileSync(afterPath, "utf8")) as BenchRun;

/** Standard normal deviate of the Mann–Whitney statistic. */
function mannWhitneyZ(xs: readonly number[], ys: readonly number[]): number {
  let wins = 0;
  for (const x of xs) for (const y of ys) wins += x > y ? 1 : x === y ? 0.5 : 0;
  const pairs = xs.length * ys.length;
  return (wins - pairs / 2) / Math.sqrt((pairs * (xs.length + ys.length + 1)) / 12);
}

const keyOf = ({ vocabSize, kind, name }: Timing): string => `V ${vocabSize}, ${kind}, ${name}`;
const afterByKey = new Map(after.timings.map((timing) => [keyOf(timing), timing]));
let real = 0;
for (const timing of before.timings) {
  const other = afterByKey.get(keyOf(timing));
  if (!other || timing.name === "read") continue;
  const change = median(other.ratios) / median(timing.ratios) - 1;
  const isReal = Math.abs(mannWhitneyZ(timing.ratios, other.ratios)) > 2.576 && Math.abs(change) > 0.03;
  if (!isReal) continue;
  real++;
  const percent = `${change > 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
  console.log(
    `${keyOf(timing).padEnd(56)} ${median(timing.ratios).toFixed(2)} R → ${median(other.ratios).toFixed(2)} R  ${percent}`,
  );
}
console.log(`${real} of ${before.timings.length} settings changed; the others are within the noise`);
