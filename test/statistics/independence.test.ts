/** Draws whose counters differ in one word are independent: positions, sequences, seeds, domains. */
import { describe, expect, it, vi } from "vitest";
import { coinDomain, createDrawer } from "./drawer.ts";
import { lawOf } from "./laws.ts";
import { fit, independence, level } from "./significance.ts";

vi.setConfig({ testTimeout: 120_000 });

const pairs = 250_000;
const row = Float32Array.from([0, 0.5, -1, 1, 0.2, -0.3, 0.8, -2]);
const law = lawOf(row, {});

type Place = readonly [position: number, sequenceId: number, seed: number];

/** Distinct places, a coarse grid of all three. */
const place = (i: number): [number, number, number] => [
  2 * (i % 500),
  2 * (Math.floor(i / 500) % 50),
  2 * Math.floor(i / 25_000),
];

const neighbours: { what: string; of: (place: Place) => Place }[] = [
  { what: "successive positions", of: ([p, q, s]) => [p + 1, q, s] },
  { what: "positions 1000 apart", of: ([p, q, s]) => [p + 1001, q, s] },
  { what: "neighbouring sequence ids", of: ([p, q, s]) => [p, q + 1, s] },
  { what: "neighbouring seeds", of: ([p, q, s]) => [p, q, s + 1] },
  { what: "seed and sequence id exchanged", of: ([p, q, s]) => [p, s + 1, q + 1] },
  { what: "position and sequence id exchanged", of: ([p, q, s]) => [q + 1, p + 1, s] },
];

describe.each([
  { how: "dense", params: {} },
  { how: "list", params: { topK: 8 } },
])("250,000 pairs, $how", ({ params }) => {
  it.each(neighbours)("$what", async ({ of }) => {
    const drawer = await createDrawer(row, params);
    const table = new Float64Array(64);
    for (let i = 0; i < pairs; i++) {
      const here = place(i);
      table[8 * drawer.draw(...here) + drawer.draw(...of(here))]!++;
    }
    expect(independence(table, law, law)).toBeGreaterThan(level);
  });

  it("XTC's coin and the draw of the same token", async () => {
    const drawer = await createDrawer(row, params);
    const table = new Float64Array(80);
    for (let i = 0; i < pairs; i++) {
      const here = place(i);
      table[8 * Math.floor(10 * drawer.uniform(...here, coinDomain)) + drawer.draw(...here)]!++;
    }
    expect(independence(table, new Float64Array(10).fill(0.1), law)).toBeGreaterThan(level);
  });
});

it("XTC's outcome and the draw: each outcome's tokens follow their own law", async () => {
  const params = { xtcProbability: 0.5, xtcThreshold: 0.1 };
  const drawer = await createDrawer(row, params);
  const laws = [lawOf(row, { xtcProbability: 1, xtcThreshold: 0.1 }), law];
  const table = new Float64Array(16);
  for (let i = 0; i < pairs; i++) {
    const here = place(i);
    const acted = drawer.uniform(...here, coinDomain) < 0.5;
    table[(acted ? 0 : 8) + drawer.draw(...here)]!++;
  }
  const joint = laws.flatMap((given) => Array.from(given, (p) => p / 2));
  expect(fit(table, joint)).toBeGreaterThan(level);
});
