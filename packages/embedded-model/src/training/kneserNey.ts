/**
 * Interpolated modified Kneser–Ney estimates (Chen and Goodman 1998, eq. 28) of a trie's n-grams. An n-gram below order
 * 4 counts in how many different contexts it occurs, not how often; one that begins with the begin-of-text marker has
 * nothing before it and keeps its number of occurrences. The unigram is interpolated with the uniform law, so that every
 * id has a probability and every row sums to 1.
 *
 * p(x | context) = max(c(x) − D(c(x)), 0) / Σc + backoff(context) · p(x | shorter context)
 */
import { naturalLog } from "@tokenmill/sources";
import { type Discounts, discounts, unigramDiscounts } from "./discounts.ts";
import type { NgramLevel, NgramTrie } from "./ngramTrie.ts";
import { findId } from "../tables/search.ts";
import {
  type LevelTables,
  type ModelTables,
  type TableCounts,
  tablesSizeBytes,
  tableViews,
} from "../tables/tableLayout.ts";

/** A trained model: its block of tables and the numbers that its layout follows from. */
export interface TrainedTables {
  readonly counts: TableCounts;
  readonly block: Uint8Array;
}

/** Estimates the model; the same trie gives the same bytes on every machine. */
export function estimateKneserNey(trie: NgramTrie): TrainedTables {
  const { vocabSize, bigrams, trigrams, fourgrams } = trie;
  const counts: TableCounts = {
    vocabSize,
    bigrams: bigrams.ids.length,
    trigrams: trigrams.ids.length,
    fourgrams: fourgrams.ids.length,
  };
  const block = new Uint8Array(tablesSizeBytes(counts));
  const tables = tableViews(block.buffer, 0, counts);

  // suffix[i]: index, one order down, of n-gram i without its first token.
  const trigramSuffix = suffixes(trigrams, bigrams, bigrams.ids);
  const fourgramSuffix = suffixes(fourgrams, trigrams, trigramSuffix);
  const unigramCounts = contextCounts(bigrams.ids, new Int32Array(vocabSize));
  const bigramCounts = contextCounts(trigramSuffix, bigrams.counts);
  const trigramCounts = contextCounts(fourgramSuffix, trigrams.counts);

  const unigramP = estimateUnigrams(unigramCounts, tables);
  const bigramP = estimateLevel(bigrams, bigramCounts, bigrams.ids, unigramP, tables.bigrams);
  const trigramP = estimateLevel(trigrams, trigramCounts, trigramSuffix, bigramP, tables.trigrams);
  estimateLevel(fourgrams, fourgrams.counts, fourgramSuffix, trigramP, tables.fourgrams);
  return { counts, block };
}

/** Each entry's index one order down: the entry of `lower` under its context's own suffix, with the same last token. */
function suffixes(level: NgramLevel, lower: NgramLevel, contextSuffix: Int32Array): Int32Array {
  const { childStart, ids } = level;
  const result = new Int32Array(ids.length);
  for (let context = 0; context < childStart.length - 1; context++) {
    const suffix = contextSuffix[context]!;
    const end = lower.childStart[suffix + 1]!;
    let from = lower.childStart[suffix]!;
    for (let i = childStart[context]!; i < childStart[context + 1]!; i++) {
      const at = findId(lower.ids, ids[i]!, from, end);
      result[i] = at;
      from = at + 1;
    }
  }
  return result;
}

/** How many n-grams one order up end in each entry; entries that nothing precedes keep `occurrences`. */
function contextCounts(suffix: Int32Array, occurrences: Int32Array): Int32Array {
  const result = new Int32Array(occurrences.length);
  for (const entry of suffix) result[entry]!++;
  for (let i = 0; i < result.length; i++) if (result[i] === 0) result[i] = occurrences[i]!;
  return result;
}

function estimateUnigrams(counts: Int32Array, tables: ModelTables): Float64Array {
  const estimator = new ContextEstimator(unigramDiscounts);
  const probabilities = new Float64Array(counts.length);
  estimator.enter(counts, 0, counts.length);
  for (let id = 0; id < counts.length; id++) {
    const p = estimator.probability(counts[id]!, 1 / counts.length);
    probabilities[id] = p;
    tables.base[id] = naturalLog(p);
  }
  tables.base.fill(Number.NEGATIVE_INFINITY, counts.length);
  return probabilities;
}

/** Writes one order's tables; returns the probabilities in full precision for the order above. */
function estimateLevel(
  level: NgramLevel,
  counts: Int32Array,
  suffix: Int32Array,
  lowerP: Float64Array,
  out: LevelTables,
): Float64Array {
  const { childStart, ids } = level;
  const estimator = new ContextEstimator(discounts(counts));
  const probabilities = new Float64Array(ids.length);
  out.start.set(childStart);
  out.ids.set(ids);
  for (let context = 0; context < childStart.length - 1; context++) {
    const from = childStart[context]!;
    const to = childStart[context + 1]!;
    if (from === to) continue;
    estimator.enter(counts, from, to);
    out.backoff[context] = naturalLog(estimator.backoff);
    for (let i = from; i < to; i++) {
      const p = estimator.probability(counts[i]!, lowerP[suffix[i]!]!);
      probabilities[i] = p;
      out.values[i] = naturalLog(p);
    }
  }
  return probabilities;
}

/** The formula above for one context at a time. */
class ContextEstimator {
  readonly #discounts: Discounts;
  #total = 0;
  /** Weight of the shorter context. */
  backoff = 0;

  constructor(byCount: Discounts) {
    this.#discounts = byCount;
  }

  /** Takes the context whose continuations have `counts[from … to)`. */
  enter(counts: Int32Array, from: number, to: number): void {
    let total = 0;
    let discounted = 0;
    for (let i = from; i < to; i++) {
      const count = counts[i]!;
      total += count;
      discounted += this.#discounts[count < 3 ? count : 3]!;
    }
    this.#total = total;
    this.backoff = total === 0 ? 1 : discounted / total;
  }

  probability(count: number, lower: number): number {
    const own = count === 0 ? 0 : (count - this.#discounts[count < 3 ? count : 3]!) / this.#total;
    return own + this.backoff * lower;
  }
}
