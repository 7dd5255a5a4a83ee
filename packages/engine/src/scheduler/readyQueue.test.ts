import { ExpectedCost } from "@tokenmill/worker-pool";
import { describe, expect, it } from "vitest";
import type { Sequence } from "./sequence.ts";
import { ReadyQueue } from "./readyQueue.ts";

/** A sequence as far as the queue looks at it; `rowMs` is what each of its rows takes. */
function sequenceOf(
  rowMs: number,
  { isKnown = true, hasCustomStages = false, fillMs = 0 } = {},
): Sequence & { rowMs: number } {
  const cost = new ExpectedCost();
  const fillCost = new ExpectedCost();
  if (isKnown) cost.add(rowMs);
  if (fillMs > 0) fillCost.add(fillMs);
  const plan = { cost: new ExpectedCost(), hasCustomStages };
  const fields = { rowMs, cost, fillCost, rowPlan: plan, rowKind: "cheap", isCharged: false, servedMs: 0 };
  return Object.defineProperty(fields, "expectedMs", { get: () => cost.ms }) as unknown as Sequence & { rowMs: number };
}

/** Lets workers do rows for `totalMs` of a clock of their own, and says how much time each sequence had and its rows. */
function simulate(workers: number, sequences: readonly (Sequence & { rowMs: number })[], totalMs: number, slots = 64) {
  const ready = new ReadyQueue(workers, slots);
  for (const sequence of sequences) ready.push(sequence);
  const rows = new Map(sequences.map((sequence) => [sequence, 0]));
  const queue: (typeof sequences)[number][] = [];
  const freeAt = new Array<number>(workers).fill(0);
  const running: { sequence: (typeof sequences)[number]; endMs: number }[] = [];
  for (let nowMs = 0; nowMs < totalMs; ) {
    while (queue.length + running.length < slots) {
      const next = ready.next() as (typeof sequences)[number] | undefined;
      if (!next) break;
      queue.push(next);
    }
    for (let worker = 0; worker < workers; worker++) {
      if (freeAt[worker]! > nowMs || queue.length === 0) continue;
      const sequence = queue.shift()!;
      freeAt[worker] = nowMs + sequence.rowMs;
      running.push({ sequence, endMs: freeAt[worker]! });
    }
    running.sort((a, b) => b.endMs - a.endMs);
    const { sequence, endMs } = running.pop()!;
    nowMs = endMs;
    rows.set(sequence, rows.get(sequence)! + 1);
    ready.done(sequence, sequence.rowMs);
    ready.push(sequence);
  }
  return (sequence: Sequence & { rowMs: number }): number => rows.get(sequence)! * sequence.rowMs;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const many = (count: number, rowMs: number, options = {}) =>
  Array.from({ length: count }, () => sequenceOf(rowMs, options));

describe("rows of 20 sequences of 0.02 ms a row and 4 of 200 ms", () => {
  it.each([1, 2, 4])("leave the cheap ones at least 0.7 of what they have without (%d workers)", (workers) => {
    const cheap = many(20, 0.02);
    const expensive = many(4, 200);
    const timeOf = simulate(workers, [...expensive, ...cheap], 10_000);
    const alone = 10_000 * workers;
    expect(sum(cheap.map(timeOf))).toBeGreaterThan(0.7 * alone);
    for (const sequence of expensive) expect(timeOf(sequence)).toBeGreaterThan(0);
  });

  it("are the same if the expensive ones are not known to be so, and have custom stages", () => {
    const cheap = many(20, 0.02);
    const expensive = many(4, 200, { isKnown: false, hasCustomStages: true });
    expect(sum(cheap.map(simulate(2, [...expensive, ...cheap], 10_000)))).toBeGreaterThan(0.7 * 20_000);
  });
});

describe("expensive rows", () => {
  it("take everything where nothing else is open, each sequence as much time, whatever its rows take", () => {
    const expensive = [...many(3, 2), ...many(3, 50)];
    const timeOf = simulate(2, expensive, 10_000);
    expect(sum(expensive.map(timeOf))).toBeGreaterThan(19_900);
    for (const sequence of expensive) expect(Math.abs(timeOf(sequence) - 20_000 / 6)).toBeLessThan(150);
  });

  it("are not held back for what a cheap sequence does not want", () => {
    const [cheap] = many(1, 0.02) as [ReturnType<typeof sequenceOf>];
    const ready = new ReadyQueue(2, 64);
    const expensive = many(3, 100);
    for (const sequence of [...expensive, cheap]) ready.push(sequence);
    expect(ready.next()).toBe(expensive[0]);
    expect(ready.next()).toBe(cheap);
    expect(ready.next()).toBeUndefined(); // one worker is left
    ready.done(expensive[0]!, 100);
    expect(ready.next()).toBe(expensive[1]);
  });
});

describe("other rows", () => {
  it("go in order of arrival", () => {
    const cheap = many(5, 0.02);
    const ready = new ReadyQueue(2, 64);
    for (const sequence of cheap) ready.push(sequence);
    expect(cheap.map(() => ready.next())).toEqual(cheap);
    expect(ready.length).toBe(0);
  });

  it("that are slow to come leave the others a quarter of the slots", () => {
    const ready = new ReadyQueue(2, 16);
    const slow = many(20, 0.02, { fillMs: 200 });
    const cheap = many(8, 0.02);
    for (const sequence of [...slow, ...cheap]) ready.push(sequence);
    const first = Array.from({ length: 16 }, () => ready.next());
    expect(first.slice(0, 12)).toEqual(slow.slice(0, 12));
    expect(first.slice(12)).toEqual(cheap.slice(0, 4));
  });

  it("of params that nobody has seen are tried one by one while others are open, all at once alone", () => {
    const fresh = many(6, 0.02, { isKnown: false });
    const alone = new ReadyQueue(2, 64);
    for (const sequence of fresh) alone.push(sequence);
    expect(fresh.map(() => alone.next())).toEqual(fresh);
    const busy = new ReadyQueue(2, 64);
    const [cheap] = many(1, 0.02) as [ReturnType<typeof sequenceOf>];
    for (const sequence of [cheap, ...many(6, 0.02, { isKnown: false })]) busy.push(sequence);
    expect([busy.next(), busy.next(), busy.next()].filter((sequence) => sequence !== undefined)).toHaveLength(2);
  });

  it("can leave wherever they wait", () => {
    const all = [
      ...many(2, 0.02),
      ...many(2, 50),
      ...many(2, 1, { isKnown: false }),
      ...many(2, 0.02, { fillMs: 100 }),
    ];
    const ready = new ReadyQueue(2, 64);
    for (const sequence of all) ready.push(sequence);
    for (const sequence of all) ready.remove(sequence);
    expect(ready.length).toBe(0);
    expect(ready.next()).toBeUndefined();
  });
});
