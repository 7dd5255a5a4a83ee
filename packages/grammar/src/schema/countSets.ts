/** Sets of counts, as inclusive bounds in order and apart. */
import type { CountBounds } from "../rules/grammarRules.ts";

export type CountSet = readonly CountBounds[];

export const everyCount: CountSet = [{ min: 0, max: Infinity }];

export function uniteCounts(sets: readonly CountSet[]): CountSet {
  const united: { min: number; max: number }[] = [];
  for (const { min, max } of sets.flat().sort((a, b) => a.min - b.min)) {
    const last = united.at(-1);
    if (last && min <= last.max + 1) last.max = Math.max(last.max, max);
    else united.push({ min, max });
  }
  return united;
}

export function meetCounts(a: CountSet, b: CountSet): CountSet {
  return a.flatMap((first) =>
    b.flatMap((second) => {
      const [min, max] = [Math.max(first.min, second.min), Math.min(first.max, second.max)];
      return min <= max ? [{ min, max }] : [];
    }),
  );
}

/** Each count so much smaller; those that would be negative go. */
export function lowerCounts(counts: CountSet, by: number): CountSet {
  return counts.flatMap(({ min, max }) => (max >= by ? [{ min: Math.max(min - by, 0), max: max - by }] : []));
}

export function hasCount(counts: CountSet, count: number): boolean {
  return counts.some(({ min, max }) => min <= count && count <= max);
}

/** Whether they are all counts from the number on. */
export function isAllFrom(counts: CountSet, from: number): boolean {
  return counts.length === 1 && counts[0]!.min <= from && counts[0]!.max === Infinity;
}

export function areEqualCounts(a: CountSet, b: CountSet): boolean {
  return a.length === b.length && a.every(({ min, max }, i) => min === b[i]!.min && max === b[i]!.max);
}
