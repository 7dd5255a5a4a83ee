import { validateParams } from "../../src/params/validateParams.ts";
import { describe, expect, it } from "vitest";
import { type Candidate, climb } from "./climb.ts";
import { createRandom } from "./random.ts";
import { drawFrom, type Range, stepFrom } from "./range.ts";
import { fillByRecipe, knownRows, plain, recipeRanges, type RowRecipe, shortRecipe } from "./rowRecipe.ts";
import { spacesFor } from "./spaces.ts";

const vocabSize = 1000;

function randomRecipe(seed: number): RowRecipe {
  const random = createRandom(seed);
  const fields = Object.entries(recipeRanges).map(([name, range]) => [name, drawFrom(range, random)] as const);
  return { ...knownRows[0]!, ...Object.fromEntries(fields) };
}

describe("rows by recipe", () => {
  const recipes = [...knownRows, ...Array.from({ length: 500 }, (_, i) => randomRecipe(i))];

  it("can be sampled: a finite element, no NaN, no +Infinity", () => {
    const row = new Float32Array(vocabSize);
    const bad = recipes.filter((recipe) => {
      fillByRecipe(row, recipe);
      return row.some((x) => Number.isNaN(x) || x === Infinity) || !row.some(Number.isFinite);
    });
    expect(bad).toEqual([]);
  });

  it("are the same bits again", () => {
    const [a, b] = [new Float32Array(vocabSize), new Float32Array(vocabSize)];
    for (const recipe of recipes.slice(0, 50)) {
      fillByRecipe(a, recipe);
      fillByRecipe(b, recipe);
      expect(b).toEqual(a);
    }
  });

  it("are the same by their short recipes", () => {
    const [a, b] = [new Float32Array(vocabSize), new Float32Array(vocabSize)];
    for (const recipe of recipes.slice(0, 100)) {
      fillByRecipe(a, recipe);
      fillByRecipe(b, { ...plain, ...shortRecipe(recipe) });
      expect(b).toEqual(a);
    }
    expect(shortRecipe({ ...plain, law: "equal", gap: 9, peaks: 2 })).toEqual({ law: "equal", peaks: 2 });
  });

  it("spread: every block of 64 has one of the largest", () => {
    const row = new Float32Array(640);
    fillByRecipe(row, { ...knownRows[0]!, order: "spread" });
    const tenth = row.toSorted().at(-10)!;
    for (let from = 0; from < 640; from += 64)
      expect(Math.max(...row.subarray(from, from + 64))).toBeGreaterThanOrEqual(tenth);
  });
});

describe("ranges", () => {
  const ranges: Range[] = [
    { kind: "linear", from: -2, to: 5 },
    { kind: "log", from: 1e-6, to: 1e4 },
    { kind: "whole", from: 1, to: 999 },
    { kind: "logit", from: 1e-5, to: 1 - 1e-5 },
  ];
  it.each(ranges)("$kind stays inside", (range) => {
    const { from, to } = range as { from: number; to: number };
    const random = createRandom(4);
    let value = drawFrom(range, random);
    for (let i = 0; i < 1000; i++) {
      expect(value).toBeGreaterThanOrEqual(from * (from > 0 ? 1 - 1e-9 : 1));
      expect(value).toBeLessThanOrEqual(to * (1 + 1e-9));
      value = stepFrom(range, value, random);
    }
  });
});

describe("every space", () => {
  it.each(spacesFor(vocabSize).map((space) => [space.name, space] as const))("%s has valid params", (_, space) => {
    const random = createRandom(9);
    const check = ({ params }: Candidate): number => {
      validateParams(params, vocabSize, 20);
      return random.uniform();
    };
    expect(() => climb(space, random, { starts: 50, steps: 50, cost: check })).not.toThrow();
  });
});

describe("climb", () => {
  it("finds a narrow peak that random starts miss", () => {
    const space = { name: "peak", fixed: {}, ranges: { topK: { kind: "whole", from: 1, to: 100_000 } } } as const;
    const cost = ({ params, row }: Candidate): number =>
      -Math.abs(Math.log(params.topK! / 777)) - Math.abs(Math.log(row.scale / 0.02));
    const startsOnly = climb(space, createRandom(1), { starts: 20, steps: 0, cost });
    const climbed = climb(space, createRandom(1), { starts: 20, steps: 300, cost });
    expect(cost(startsOnly)).toBeLessThan(-0.3);
    expect(cost(climbed)).toBeGreaterThan(-0.3);
  });

  it("ends when it is over, with one candidate at least", () => {
    const seen = new Set<Candidate>();
    const cost = (candidate: Candidate): number => seen.add(candidate).size;
    const [space] = spacesFor(vocabSize);
    climb(space!, createRandom(1), { starts: 20, steps: 300, cost, isOver: () => seen.size >= 5 });
    expect(seen.size).toBe(5);
    seen.clear();
    climb(space!, createRandom(1), { starts: 20, steps: 300, cost, isOver: () => true });
    expect(seen.size).toBe(1);
  });

  it("does not keep a record that is none when looked at again", () => {
    const slow = new Map<Candidate, number>();
    let looks = 0;
    const cost = (candidate: Candidate): number => {
      const times = slow.get(candidate) ?? 0;
      slow.set(candidate, times + 1);
      return ++looks === 7 && times === 0 ? 1e6 : candidate.row.scale;
    };
    const worst = climb(spacesFor(vocabSize)[0]!, createRandom(2), { starts: 50, steps: 0, cost });
    expect(worst.row.scale).toBe(Math.max(...[...slow.keys()].map(({ row }) => row.scale)));
  });
});
