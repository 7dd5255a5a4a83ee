/** Rows by recipe: what the search varies, and what makes a row of it again. */
import { createRandom, type Random } from "./random.ts";
import type { Range } from "./range.ts";

export interface RowRecipe {
  /**
   * Before scale and offset. `twoLevels`: 1 and 0. `cluster`: one token at 0, a part at −`gap` give or take 1e-4, the others
   * 30 below that. `zipf`: −ln rank. `equal`: 0.
   */
  readonly law: "gaussian" | "uniform" | "exponential" | "equal" | "twoLevels" | "cluster" | "zipf";
  readonly seed: number;
  readonly scale: number;
  readonly offset: number;
  /** Part of the tokens on the upper level, or in the cluster. */
  readonly highShare: number;
  readonly gap: number;
  /** How many different values there are; 0: as many as come. */
  readonly levels: number;
  /** Part of the tokens at −Infinity, in runs of `maskRun`. */
  readonly maskShare: number;
  readonly maskRun: number;
  /** How many tokens stand `peakHeight` above all others. */
  readonly peaks: number;
  readonly peakHeight: number;
  /** `spread`: the largest one by one into all blocks of 64, so that every block has one. */
  readonly order: "shuffled" | "ascending" | "descending" | "spread";
}

export const recipeRanges: Readonly<Record<keyof RowRecipe, Range>> = {
  law: { kind: "choice", of: ["gaussian", "uniform", "exponential", "equal", "twoLevels", "cluster", "zipf"] },
  seed: { kind: "whole", from: 1, to: 1e6 },
  scale: { kind: "log", from: 1e-6, to: 1e4 },
  offset: { kind: "choice", of: [0, 0, 0, 1, -20, 100, -1e4, 1e6, -1e30] },
  highShare: { kind: "logit", from: 1e-5, to: 1 - 1e-5 },
  gap: { kind: "log", from: 1e-3, to: 100 },
  levels: { kind: "choice", of: [0, 0, 2, 3, 16, 256, 4096] },
  maskShare: { kind: "choice", of: [0, 0, 0, 0.1, 0.5, 0.9, 0.99, 0.9999] },
  maskRun: { kind: "choice", of: [1, 16, 64, 256, 4096] },
  peaks: { kind: "choice", of: [0, 0, 1, 2, 8, 64, 1000] },
  peakHeight: { kind: "log", from: 1e-3, to: 100 },
  order: { kind: "choice", of: ["shuffled", "shuffled", "ascending", "descending", "spread"] },
};

/** What a recipe does not name. */
export const plain: RowRecipe = {
  law: "gaussian",
  seed: 1,
  scale: 2.5,
  offset: 0,
  highShare: 0.5,
  gap: 3,
  levels: 0,
  maskShare: 0,
  maskRun: 1,
  peaks: 0,
  peakHeight: 8,
  order: "shuffled",
};

/** Rows that are known to be hard on samplers: every search begins with them. */
export const knownRows: readonly RowRecipe[] = [
  plain,
  { ...plain, scale: 1 },
  { ...plain, scale: 1e-3 },
  { ...plain, scale: 100, offset: 1e4 },
  { ...plain, law: "equal" },
  { ...plain, law: "twoLevels", scale: 1 },
  { ...plain, law: "cluster", scale: 1, gap: 2.9957, highShare: 0.5 },
  { ...plain, levels: 16 },
  { ...plain, order: "ascending" },
  { ...plain, order: "descending" },
  { ...plain, order: "spread" },
  { ...plain, peaks: 8 },
  { ...plain, maskShare: 0.99, maskRun: 64 },
];

/** The fields that make the row, where they differ from `plain`: those that its law, masks and peaks do not use are left out. */
export function shortRecipe(recipe: RowRecipe): Partial<RowRecipe> {
  const { law, levels, maskShare, peaks } = recipe;
  const isUsed: Readonly<Partial<Record<string, boolean>>> = {
    highShare: law === "twoLevels" || law === "cluster",
    gap: law === "cluster",
    levels: levels > 0,
    maskRun: maskShare > 0,
    peakHeight: peaks > 0,
  };
  const standard: Readonly<Record<string, unknown>> = { ...plain };
  const used = Object.entries(recipe).filter(([name, value]) => isUsed[name] !== false && value !== standard[name]);
  return Object.fromEntries(used);
}

const largestLogit = 3e38;
const blockElements = 64;

/** Fills a row; it has a finite element, no NaN and no +Infinity. */
export function fillByRecipe(row: Float32Array, recipe: RowRecipe): void {
  const random = createRandom(recipe.seed);
  fillLaw(row, recipe, random);
  if (recipe.levels > 0) quantise(row, recipe.levels);
  addPeaks(row, recipe, random);
  for (let i = 0; i < row.length; i++) {
    row[i] = Math.min(largestLogit, Math.max(-largestLogit, row[i]! * recipe.scale + recipe.offset));
  }
  arrange(row, recipe.order);
  mask(row, recipe, random);
}

function fillLaw(row: Float32Array, { law, highShare, gap }: RowRecipe, random: Random): void {
  const next: Readonly<Record<RowRecipe["law"], (i: number) => number>> = {
    gaussian: () => random.normal(),
    uniform: () => random.uniform(),
    exponential: () => -Math.log(1 - random.uniform()),
    equal: () => 0,
    twoLevels: () => (random.uniform() < highShare ? 1 : 0),
    cluster: (i) => {
      if (i === 0) return 0;
      return random.uniform() < highShare ? -gap + 1e-4 * (random.uniform() - 0.5) : -gap - 30;
    },
    zipf: () => -Math.log(1 + random.below(row.length)),
  };
  for (let i = 0; i < row.length; i++) row[i] = next[law](i);
}

function quantise(row: Float32Array, levels: number): void {
  let [least, most] = [Infinity, -Infinity];
  for (const value of row) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const step = (most - least) / (levels - 1);
  if (step > 0) for (let i = 0; i < row.length; i++) row[i] = least + step * Math.round((row[i]! - least) / step);
}

function addPeaks(row: Float32Array, { peaks, peakHeight, scale }: RowRecipe, random: Random): void {
  const top = row.reduce((a, b) => Math.max(a, b)) + peakHeight / scale;
  for (let i = 0; i < peaks; i++) row[random.below(row.length)] = top;
}

function arrange(row: Float32Array, order: RowRecipe["order"]): void {
  if (order === "shuffled") return;
  row.sort();
  if (order === "descending") row.reverse();
  if (order !== "spread") return;
  const descending = Float32Array.from(row).reverse();
  const blocks = Math.ceil(row.length / blockElements);
  let rank = 0;
  for (let place = 0; place < blockElements; place++) {
    for (let block = 0; block < blocks; block++) {
      const id = block * blockElements + place;
      if (id < row.length) row[id] = descending[rank++]!;
    }
  }
}

function mask(row: Float32Array, { maskShare, maskRun }: RowRecipe, random: Random): void {
  const kept = random.below(row.length);
  const value = row[kept]!;
  for (let from = 0; from < row.length; from += maskRun) {
    if (random.uniform() < maskShare) row.fill(-Infinity, from, from + maskRun);
  }
  row[kept] = value;
}
