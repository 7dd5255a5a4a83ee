/**
 * Where each table of the embedded model lies in its one block: the same bytes in the cache file and in the shared
 * memory. Every table begins at a multiple of 64 bytes from the block's beginning.
 */

/** The numbers that the layout follows from. */
export interface TableCounts {
  readonly vocabSize: number;
  readonly bigrams: number;
  readonly trigrams: number;
  readonly fourgrams: number;
}

/** Children of the nodes of one order: the n-grams of the next. */
export interface LevelTables {
  /** Per context node, and one more: index of its first continuation. */
  readonly start: Int32Array;
  /** Token ids of the continuations, ascending per context. */
  readonly ids: Int32Array;
  /** ln of each continuation's interpolated probability. */
  readonly values: Float32Array;
  /** Per context node: ln of the weight that it leaves to the shorter context; 0 if it has no continuation. */
  readonly backoff: Float32Array;
}

/** Views of the whole block. */
export interface ModelTables {
  readonly vocabSize: number;
  /** ln of the unigram probability of every id, then −Infinity up to a multiple of 16 elements. */
  readonly base: Float32Array;
  readonly bigrams: LevelTables;
  readonly trigrams: LevelTables;
  readonly fourgrams: LevelTables;
}

/** Size of the block. */
export function tablesSizeBytes(counts: TableCounts): number {
  return layOut(
    counts,
    () => new Float32Array(0),
    () => new Int32Array(0),
  ).sizeBytes;
}

/** Views of the block that begins `offsetBytes` (a multiple of 4) into `buffer`. */
export function tableViews(buffer: ArrayBufferLike, offsetBytes: number, counts: TableCounts): ModelTables {
  return layOut(
    counts,
    (at, length) => new Float32Array(buffer, offsetBytes + at, length),
    (at, length) => new Int32Array(buffer, offsetBytes + at, length),
  ).tables;
}

function layOut(
  counts: TableCounts,
  f32: (at: number, length: number) => Float32Array,
  i32: (at: number, length: number) => Int32Array,
): { tables: ModelTables; sizeBytes: number } {
  let end = 0;
  const take = (length: number): number => {
    const at = end;
    end = roundUp(at + 4 * length, 64);
    return at;
  };
  const takeF32 = (length: number): Float32Array => f32(take(length), length);
  const takeI32 = (length: number): Int32Array => i32(take(length), length);
  const level = (contexts: number, entries: number): LevelTables => ({
    start: takeI32(contexts + 1),
    backoff: takeF32(contexts),
    ids: takeI32(entries),
    values: takeF32(entries),
  });
  const tables: ModelTables = {
    vocabSize: counts.vocabSize,
    base: takeF32(roundUp(counts.vocabSize, 16)),
    bigrams: level(counts.vocabSize, counts.bigrams),
    trigrams: level(counts.bigrams, counts.trigrams),
    fourgrams: level(counts.trigrams, counts.fourgrams),
  };
  return { tables, sizeBytes: end };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
