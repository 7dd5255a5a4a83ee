/** Hill climbing: known and random starts, then steps from the best, a few fields at a time, kept if they are worse to bear. */
import type { SamplingParams } from "@tokenmill/core";
import type { Random } from "./random.ts";
import { drawFrom, type Range, stepFrom, type Value } from "./range.ts";
import { knownRows, recipeRanges, type RowRecipe } from "./rowRecipe.ts";
import type { Space } from "./spaces.ts";

/** A point of the search. */
export interface Candidate {
  readonly params: SamplingParams;
  readonly row: RowRecipe;
}

export interface ClimbOptions {
  /** Random starts beside the known rows, and steps after them at most. */
  readonly starts: number;
  readonly steps: number;
  /** Whether the search has to end, whatever is left; asked before each candidate but the first. Absent: never. */
  readonly isOver?: () => boolean;
  /** What is to be made large. */
  readonly cost: (candidate: Candidate) => number;
}

type Fields = Readonly<Record<string, Value>>;

/** The candidate of the largest cost that was seen. */
export function climb(
  space: Space,
  random: Random,
  { starts, steps, cost, isOver = () => false }: ClimbOptions,
): Candidate {
  const paramRanges: readonly [string, Range][] = Object.entries(space.ranges);
  const rowRanges = Object.entries(recipeRanges);
  const drawParams = (): SamplingParams => ({ ...space.fixed, ...drawAll(paramRanges, random) });
  let best: Candidate | undefined;
  let largest = -Infinity;
  const consider = (candidate: Candidate): void => {
    if (best !== undefined && isOver()) return;
    let value = cost(candidate);
    // A record is looked at again: what only a disturbance made slow must not stand as the best.
    for (let again = 0; again < 2 && value > largest; again++) value = Math.min(value, cost(candidate));
    if (value <= largest) return;
    largest = value;
    best = candidate;
  };
  for (const row of knownRows) consider({ params: drawParams(), row });
  for (let i = 0; i < starts; i++) {
    consider({ params: drawParams(), row: drawAll(rowRanges, random) as unknown as RowRecipe });
  }
  for (let i = 0; i < steps; i++) {
    const { params, row } = best!;
    consider({
      params: { ...params, ...stepSome(paramRanges, params as Fields, random) },
      row: { ...row, ...stepSome(rowRanges, row as unknown as Fields, random) },
    });
  }
  return best!;
}

function drawAll(ranges: readonly [string, Range][], random: Random): Fields {
  return Object.fromEntries(ranges.map(([name, range]) => [name, drawFrom(range, random)]));
}

/** New values for about two of the fields. */
function stepSome(ranges: readonly [string, Range][], fields: Fields, random: Random): Fields {
  const chosen = ranges.filter(() => random.uniform() * ranges.length < 2);
  return Object.fromEntries(chosen.map(([name, range]) => [name, stepFrom(range, fields[name]!, random)]));
}
