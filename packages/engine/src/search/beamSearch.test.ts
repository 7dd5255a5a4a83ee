import { describe, expect, it } from "vitest";
import { type BeamSearchOptions, type Hypothesis, searchBeams } from "./beamSearch.ts";

const [A, B, END] = [0, 1, 2];
type Probs = readonly [a: number, b: number, end: number];

/** Searches a source given by the probabilities after each output, and tells how many prefixes were expanded. */
async function search(
  probsAfter: (tokenIds: readonly number[]) => Probs,
  options: BeamSearchOptions,
  maxTokens: number,
): Promise<{ found: readonly Hypothesis[]; expanded: number }> {
  let expanded = 0;
  const expand = (tokenIds: readonly number[]): Promise<{ tokenId: number; logprob: number }[]> => {
    expanded++;
    const all = probsAfter(tokenIds).map((p, tokenId) => ({ tokenId, logprob: Math.log(p) }));
    return Promise.resolve(all.sort((a, b) => b.logprob - a.logprob).slice(0, options.beamWidth + 1));
  };
  const found = await searchBeams(expand, options, { maxTokens, stopTokenIds: [END] });
  return { found, expanded };
}

const idsOf = (found: readonly Hypothesis[]): number[][] => found.map(({ tokenIds }) => [...tokenIds]);

describe("searchBeams", () => {
  it("finds what greedy decoding misses: 0.6·0.4 < 0.4·0.9", async () => {
    const probsAfter = ([first]: readonly number[]): Probs =>
      first === undefined ? [0.6, 0.4, 1e-9] : first === A ? [0.4, 0.3, 0.3] : [0.05, 0.05, 0.9];
    const greedy = await search(probsAfter, { beamWidth: 1, lengthPenalty: 0 }, 2);
    const wide = await search(probsAfter, { beamWidth: 2, lengthPenalty: 0 }, 2);
    expect(idsOf(greedy.found)).toEqual([[A, A]]);
    expect(idsOf(wide.found)).toEqual([[B, END]]);
    expect(wide.found[0]).toMatchObject({ hasStopped: true });
    expect(wide.found[0]!.score).toBeCloseTo(Math.log(0.36), 12);
  });

  it("takes an end only among the beamWidth best continuations", async () => {
    const probsAfter = ({ length }: readonly number[]): Probs => (length === 0 ? [0.5, 0.2, 0.3] : [0.05, 0.05, 0.9]);
    const options = { lengthPenalty: 0, earlyStopping: true };
    expect(idsOf((await search(probsAfter, { ...options, beamWidth: 1 }, 5)).found)).toEqual([[A, END]]);
    const two = await search(probsAfter, { ...options, beamWidth: 2, n: 2 }, 5);
    expect(idsOf(two.found)).toEqual([[A, END], [END]]);
  });

  it("goes on while a longer output can still be better, and stops as soon as none can", async () => {
    const probsAfter = ({ length }: readonly number[]): Probs => (length === 0 ? [0.4, 0.1, 0.5] : [0.9, 0.05, 0.05]);
    const long = await search(probsAfter, { beamWidth: 1, lengthPenalty: 2 }, 5);
    expect(idsOf(long.found)).toEqual([[A, A, A, A, A]]);
    expect(long.found[0]!.score).toBeCloseTo(Math.log(0.4 * 0.9 ** 4) / 25, 12);
    expect(long.expanded).toBe(5);
    const short = await search(probsAfter, { beamWidth: 1, lengthPenalty: 0 }, 5);
    expect(idsOf(short.found)).toEqual([[END]]);
    expect(short.expanded).toBe(1);
    const early = await search(probsAfter, { beamWidth: 1, lengthPenalty: 2, earlyStopping: true }, 5);
    expect(idsOf(early.found)).toEqual([[END]]);
    expect(early.expanded).toBe(1);
  });

  it("puts equals in order of beam and rank", async () => {
    const found = await search(() => [0.4, 0.4, 0.2], { beamWidth: 4, n: 4, lengthPenalty: 0 }, 2);
    expect(idsOf(found.found)).toEqual([[END], [A, A], [A, B], [B, A]]);
  });

  it("expands nothing after its signal was aborted, and rejects with the reason", async () => {
    const ended = new AbortController();
    let calls = 0;
    const expand = (): Promise<{ tokenId: number; logprob: number }[]> => {
      if (++calls === 3) ended.abort(new Error("enough"));
      return Promise.resolve([{ tokenId: A, logprob: -1 }]);
    };
    const limits = { maxTokens: 100, stopTokenIds: [] };
    await expect(searchBeams(expand, { beamWidth: 1 }, limits, ended.signal)).rejects.toThrow("enough");
    expect(calls).toBe(3);
  });
});
