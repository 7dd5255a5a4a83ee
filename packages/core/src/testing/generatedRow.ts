/** Rows and draws for property tests: a few numbers that fast-check shrinks, from which everything else follows. */
import fc from "fast-check";
import type { Draw } from "../sampler/types.ts";
import { seededRandom } from "./random.ts";

/** Around the edges of vectors of 4, blocks of 64 and rows padded to 256. */
export const rowSizes = [1, 2, 3, 5, 16, 63, 64, 65, 255, 256, 257, 400] as const;

export interface GeneratedRow {
  kind: "gaussian" | "ties" | "equal" | "peaked" | "line";
  seed: number;
  scale: number;
  offset: number;
  /** Share of −Infinity; one token at least stays finite. */
  masked: number;
}

export const rowRecipe: fc.Arbitrary<GeneratedRow> = fc.record({
  kind: fc.constantFrom("gaussian", "gaussian", "ties", "equal", "peaked", "line"),
  seed: fc.nat(),
  scale: fc.constantFrom(1, 1, 2.5, 10, 0.01, 1e4, 1e30),
  offset: fc.constantFrom(0, 0, 50, -50),
  masked: fc.constantFrom(0, 0, 0.3, 0.95),
});

/** f32 logits by the recipe. */
export function rowOf({ kind, seed, scale, offset, masked }: GeneratedRow, size: number): Float32Array {
  const random = seededRandom(seed);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shapes: Record<GeneratedRow["kind"], (id: number) => number> = {
    gaussian,
    ties: () => Math.round(2 * gaussian()) / 2,
    equal: () => 0,
    peaked: () => gaussian() + (random() < 4 / size ? 8 + 7 * random() : 0),
    line: (id) => -id / size,
  };
  const row = Float32Array.from({ length: size }, (_, id) => {
    const x = shapes[kind](id) * scale + offset;
    return random() < masked ? -Infinity : x;
  });
  if (row.every((x) => x === -Infinity)) row[Math.floor(random() * size)] = offset;
  return row;
}

/** Rows of all kinds: nearly flat, in part masked, usual ones and steep ones. */
export function variedRows(seed: number, size: number): { recipe: GeneratedRow; row: Float32Array }[] {
  const scales = [
    { scale: 0.01, masked: 0 },
    { scale: 1, masked: 0.9 },
    { scale: 2.5, masked: 0 },
    { scale: 40, masked: 0.1 },
  ];
  return (["gaussian", "ties", "peaked", "line", "equal"] as const).flatMap((kind) =>
    scales.map((each) => {
      const recipe = { kind, seed, offset: 3, ...each };
      return { recipe, row: rowOf(recipe, size) };
    }),
  );
}

/** Position, sequence and a history of few distinct tokens, so that they repeat. */
export function drawOf(vocabSize: number): fc.Arbitrary<Draw> {
  return fc
    .record({
      position: fc.integer({ min: 0, max: 30 }),
      sequenceId: fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
      history: fc.array(fc.integer({ min: 0, max: Math.min(vocabSize - 1, 7) }), { maxLength: 30 }),
      promptShare: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ promptShare, ...draw }) => ({ ...draw, promptLength: Math.floor(promptShare * draw.history.length) }));
}
