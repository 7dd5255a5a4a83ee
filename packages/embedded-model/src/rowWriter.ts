/**
 * The embedded model inside a worker: arithmetic on the shared tables, no other module. A row of ln p is the unigram
 * row plus the ln of all backoff weights, over which the known continuations are written, shortest context first, so
 * that the longest has the last word. One pass over the row; no transcendental function.
 */
import type { CreateRowWriter, RowWriter, RowWriterContext } from "@tokenmill/contracts";
import { contextTokens, emptyMatch, matchContext } from "./tables/context.ts";
import { type TableCounts, tableViews } from "./tables/tableLayout.ts";

/** The source's `worker.options`. */
export interface EmbeddedRowWriterOptions {
  readonly counts: TableCounts;
  readonly eosTokenId: number;
}

export const createRowWriter: CreateRowWriter = (context: RowWriterContext): RowWriter => {
  const { memory, kernels, tablesOffsetBytes, vocabSize } = context;
  const { counts, eosTokenId } = context.options as EmbeddedRowWriterOptions;
  const tables = tableViews(memory.buffer, tablesOffsetBytes, counts);
  const levels = [tables.bigrams, tables.trigrams, tables.fourgrams] as const;
  const end = { ids: new Int32Array(memory.buffer), first: 0, length: 0 };
  const match = emptyMatch();

  return ({ rowOffsetBytes, historyOffsetBytes, historyLength }) => {
    end.length = Math.min(historyLength, contextTokens);
    end.first = historyOffsetBytes / 4 + historyLength - end.length;
    matchContext(tables, eosTokenId, end, match);

    let offset = match[0].backoff + match[1].backoff + match[2].backoff;
    kernels.addScalar(rowOffsetBytes, tables.base.byteOffset, vocabSize, offset);
    for (let order = 0; order < levels.length; order++) {
      const { from, to, backoff } = match[order]!;
      // Exact: all are f32 values in f64 arithmetic, so the last offset is 0.
      offset -= backoff;
      if (from === to) continue;
      const { ids, values } = levels[order]!;
      kernels.scatterAdd(rowOffsetBytes, ids.byteOffset + 4 * from, values.byteOffset + 4 * from, to - from, offset);
    }
  };
};
