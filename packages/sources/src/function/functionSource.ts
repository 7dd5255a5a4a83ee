/** A source whose rows a JavaScript function writes, on the host's thread. */
import { checkFunction, checkOptions, checkString, errorOf } from "@tokenmill/check";
import type { BatchRow, BatchSource, Tokenizer } from "@tokenmill/contracts";
import { checkVocabSize } from "../validation.ts";

/** For which step of which sequence a row is wanted. */
export type FunctionContext = Omit<BatchRow, "row">;

export interface FunctionSourceOptions {
  /** 1 … 2^24. */
  vocabSize: number;
  /** Its vocabulary must have `vocabSize` ids. Absent: the source has none. */
  tokenizer?: Tokenizer;
  /** For messages. Absent: "function". */
  name?: string;
  /**
   * Writes all `vocabSize` logits of a row, synchronously or not. Must be a pure function of the context; `row` and
   * `context.history` are views of live memory, not to be kept. An error fails this row's sequence only, and
   * a row that takes its time holds up no other's, unless it keeps the thread.
   */
  write(row: Float32Array, context: FunctionContext): void | Promise<void>;
  /** Two processes whose `write` does the same give the same text, so that one goes on with the other's streams. Absent: none does. */
  fingerprint?: string;
  /** Called when a sequence ends. Absent: not told. */
  closeSequence?(sequenceId: bigint): void;
}

const known = [
  "vocabSize",
  "tokenizer",
  "name",
  "write",
  "fingerprint",
  "closeSequence",
] as const satisfies (keyof FunctionSourceOptions)[];

/**
 * A batch source around `write`.
 * @throws TypeError or RangeError if `vocabSize` is out of range or not the tokenizer's, or `write` is no function.
 */
export function functionSource(options: FunctionSourceOptions): BatchSource {
  checkOptions("options", options, known, "function source option");
  const { vocabSize, tokenizer, name = "function", fingerprint } = options;
  checkVocabSize(vocabSize, tokenizer);
  checkString("name", name);
  checkFunction("write", options.write);
  if (fingerprint !== undefined) checkString("fingerprint", fingerprint);
  if (options.closeSequence !== undefined) checkFunction("closeSequence", options.closeSequence);
  return {
    kind: "batch",
    name,
    vocabSize,
    dtype: "f32",
    ...(tokenizer && { tokenizer }),
    ...(fingerprint !== undefined && { fingerprint: async () => JSON.stringify(["function", fingerprint]) }),
    concurrentFills: Number.POSITIVE_INFINITY,
    async fillRows(rows, done) {
      const outcomes = rows.map(async ({ row, ...context }, i) => {
        try {
          await options.write(row as Float32Array, context);
          done?.(i);
          return undefined;
        } catch (thrown) {
          const error = errorOf(thrown);
          done?.(i, error);
          return error;
        }
      });
      return Promise.all(outcomes);
    },
    closeSequence: (sequenceId) => options.closeSequence?.(sequenceId),
  };
}
