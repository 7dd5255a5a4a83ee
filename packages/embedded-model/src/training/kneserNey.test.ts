import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextTokens, emptyMatch, matchContext } from "../tables/context.ts";
import { discounts, unigramDiscounts } from "./discounts.ts";
import { estimateKneserNey } from "./kneserNey.ts";
import { buildNgramTrie } from "./ngramTrie.ts";
import { tableViews } from "../tables/tableLayout.ts";
import { tokenStream } from "./tokenStream.ts";

const vocabSize = 7;
const eos = 6;
const corpora = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }), { maxLength: 6 });
const histories = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 6 });

/** The model's row of ln p, as the row writer puts it together, in plain numbers. */
function modelRow(texts: readonly number[][], history: readonly number[]): number[] {
  const { counts, block } = estimateKneserNey(buildNgramTrie(tokenStream(texts, eos), vocabSize));
  const tables = tableViews(block.buffer, 0, counts);
  const match = emptyMatch();
  const last = history.slice(-contextTokens);
  matchContext(tables, eos, { ids: Int32Array.from(last), first: 0, length: last.length }, match);
  let offset = match[0].backoff + match[1].backoff + match[2].backoff;
  const row = Array.from(tables.base.subarray(0, vocabSize), (value) => value + offset);
  for (const [order, level] of [tables.bigrams, tables.trigrams, tables.fourgrams].entries()) {
    const { from, to, backoff } = match[order]!;
    offset -= backoff;
    for (let i = from; i < to; i++) row[level.ids[i]!] = level.values[i]! + offset;
  }
  return row;
}

/** The same law from the definition: maps of n-grams by their text, recursion over shorter contexts. */
function referenceRow(texts: readonly number[][], history: readonly number[]): number[] {
  const occurrences = new Map<string, number>();
  for (const text of texts) {
    const marked = [eos, ...text, eos];
    for (let from = 0; from < marked.length - 1; from++) {
      for (let n = 1; n <= 4 && from + n <= marked.length; n++) {
        const key = marked.slice(from, from + n).join();
        occurrences.set(key, (occurrences.get(key) ?? 0) + 1);
      }
    }
  }
  // The count of n-gram g: how many tokens precede it, or its occurrences at order 4 and at the beginning of a text.
  const count = (ngram: readonly number[]): number => {
    const seen = occurrences.get(ngram.join()) ?? 0;
    if (ngram.length === 4 || (ngram.length > 1 && ngram[0] === eos)) return seen;
    let preceding = 0;
    for (let id = 0; id < vocabSize; id++) if (occurrences.has([id, ...ngram].join())) preceding++;
    return preceding;
  };
  const discountsOf = (n: number): readonly number[] => {
    if (n === 1) return unigramDiscounts;
    const ngrams = [...occurrences.keys()].map((key) => key.split(",").map(Number)).filter((g) => g.length === n);
    return discounts(Int32Array.from(ngrams, count));
  };
  const law = (context: readonly number[]): number[] => {
    const shorter = context.length === 0 ? Array<number>(vocabSize).fill(1 / vocabSize) : law(context.slice(1));
    const row = shorter.map((_, id) => count([...context, id]));
    const total = row.reduce((sum, c) => sum + c, 0);
    if (total === 0) return shorter;
    const byCount = discountsOf(context.length + 1);
    const discountOf = (c: number): number => byCount[Math.min(c, 3)]!;
    const backoff = row.reduce((sum, c) => sum + discountOf(c), 0) / total;
    return row.map((c, id) => (c - discountOf(c)) / total + backoff * shorter[id]!);
  };
  const marked = [eos, ...history];
  return law(marked.slice(Math.max(marked.lastIndexOf(eos), marked.length - 3)));
}

describe("Kneser–Ney estimates", () => {
  it("are those of the definition, within f32 rounding, for any corpus and history", () => {
    fc.assert(
      fc.property(corpora, histories, (texts, history) => {
        const expected = referenceRow(texts, history);
        for (const [id, value] of modelRow(texts, history).entries()) {
          expect(Math.abs(Math.exp(value) / expected[id]! - 1)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("sum to 1 within 1e-6 for any corpus and history", () => {
    fc.assert(
      fc.property(corpora, histories, (texts, history) => {
        const sum = modelRow(texts, history).reduce((total, value) => total + Math.exp(value), 0);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it("are uniform without a corpus", () => {
    expect(modelRow([], [1, 2])).toEqual(Array(vocabSize).fill(Math.fround(Math.log(1 / vocabSize))));
  });

  it("take discounts between 0 and the count, whatever the counts", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 }), (counts) => {
        const [, d1, d2, d3] = discounts(Int32Array.from(counts));
        expect(d1 > 0 && d1 < 1 && d2 > 0 && d2 < 2 && d3 > 0 && d3 < 3).toBe(true);
      }),
    );
  });
});
