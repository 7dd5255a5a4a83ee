/**
 * What the engines' own sampling code left of small rows, recorded by `vectors/record.py` (which says how), held against the
 * profile of the same name: the same tokens, probabilities to 1e-5.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSampler, type ProfileName, type SamplingParams } from "@tokenmill/core";
import { describe, expect, it } from "vitest";

interface Vectors {
  /** Name and version. */
  engine: string;
  prompt: number[];
  output: number[];
  params: SamplingParams[];
  rows: number[][];
  /** `left`: probabilities by token id of what can be drawn. */
  cases: { params: number; row: number; left: Record<string, number> }[];
}

/**
 * The same probabilities in descending order, and by token; engines sort equals in no order that they promise, so another of
 * several equals may stand: at the boundary, or, of what XTC leaves, at the top. `nameOf`: the same for tokens that nothing
 * tells apart.
 */
function expectSame(
  ours: ReadonlyMap<number, number>,
  left: Readonly<Record<string, number>>,
  nameOf: (id: number) => string,
  where: string,
): void {
  const theirs = new Map(Object.entries(left).map(([id, p]) => [Number(id), p]));
  const kept = new Map([...ours].filter(([, p]) => p > smallest));
  const down = (probs: ReadonlyMap<number, number>): number[] => [...probs.values()].sort((a, b) => b - a);
  const [own, other] = [down(kept), down(theirs)];
  expect(own.length, `tokens left of ${where}: ${[...kept.keys()].join()} and ${[...theirs.keys()].join()}`).toBe(
    other.length,
  );
  own.forEach((p, i) => expect(Math.abs(p - other[i]!), `rank ${i} of ${where}`).toBeLessThan(tolerance));
  const byName = (probs: ReadonlyMap<number, number>): Map<string, number[]> => {
    const groups = new Map<string, number[]>();
    for (const [id, p] of probs)
      groups.set(
        nameOf(id),
        [...(groups.get(nameOf(id)) ?? []), p].sort((a, b) => b - a),
      );
    return groups;
  };
  const least = own.at(-1)!;
  const groups = byName(theirs);
  for (const [name, group] of byName(kept)) {
    if (group[0]! <= least + tolerance) continue;
    const others = groups.get(name) ?? [];
    expect(others.length, `tokens like ${name} of ${where}`).toBe(group.length);
    group.forEach((p, i) => expect(Math.abs(p - others[i]!), `like ${name} of ${where}`).toBeLessThan(tolerance));
  }
}

/** Their probabilities are f32, written with seven digits. */
const tolerance = 1e-5;
const smallest = 1e-37;

/** They tell apart tokens that the row does not. */
const edits: readonly (keyof SamplingParams)[] = [
  "logitBias",
  "badWords",
  "repetitionPenalty",
  "frequencyPenalty",
  "presencePenalty",
  "dryMultiplier",
  "noRepeatNgramSize",
];

const folder = join(import.meta.dirname, "vectors");
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

describe.each(files)("%s", (file) => {
  const vectors = JSON.parse(readFileSync(join(folder, file), "utf8")) as Vectors;
  const profile = file.slice(0, -".json".length) as ProfileName;

  it.each(vectors.params.map((params, index) => [params, index] as const))("%o", async (params, index) => {
    const isEdited = edits.some((name) => name in params);
    for (const { row, left } of vectors.cases.filter((one) => one.params === index)) {
      const logits = vectors.rows[row]!;
      const sampler = await createSampler({ vocabSize: logits.length });
      const history = [...vectors.prompt, ...vectors.output];
      const draw = { history, promptLength: vectors.prompt.length, position: vectors.output.length };
      const { tokenIds, probs } = sampler.distribution(logits, { ...params, profile }, draw);
      const nameOf = (id: number): string => (isEdited ? `token ${id}` : `logit ${logits[id]}`);
      expectSame(new Map(Array.from(tokenIds, (id, i) => [id, probs[i]!])), left, nameOf, `row ${row}`);
    }
  });
});
