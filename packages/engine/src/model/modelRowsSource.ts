/** A model as a batch source: what pool, scheduler and server know of it. It closes the model with itself. */
import { errorOf } from "@tokenmill/check";
import type { BatchRow, BatchSource, ModelSource } from "@tokenmill/core";
import { checkModel } from "./checkModel.ts";
import { ModelRows } from "./modelRows.ts";

/** The threads of a runtime spin on the cores that more workers would want. */
const samplingWorkers = 1;

/**
 * @param parameter the model's name in messages
 * @throws TypeError, RangeError for what is no model
 */
export function modelRowsSource(model: ModelSource, parameter = "model"): BatchSource {
  checkModel(parameter, model);
  const { name, vocabSize, dtype, tokenizer, eosTokenIds, chatTemplate, limits, isBitStable } = model;
  const rows = new ModelRows(model);
  const fillRow = ({ row, history, upcoming, sequenceId }: BatchRow): Promise<Error | undefined> => {
    if (history.length === 0) return Promise.resolve(errorOf("a language model needs a prompt of one token at least"));
    return new Promise((resolve) => {
      const known = upcoming && { upcoming: upcoming.slice() };
      const target = row as Float32Array;
      rows.request({ sequenceId, history: history.slice(), ...known, target, done: resolve });
    });
  };
  return {
    kind: "batch",
    name,
    vocabSize,
    dtype,
    tokenizer,
    eosTokenIds,
    isBitStable,
    contextTokens: limits.contextTokens,
    sequences: limits.sequences,
    workers: samplingWorkers,
    ...(chatTemplate && { chatTemplate }),
    ...(model.fingerprint && { fingerprint: () => model.fingerprint!() }),
    concurrentFills: Number.POSITIVE_INFINITY,
    fillRows: (wanted, done) =>
      Promise.all(
        wanted.map(async (row, i) => {
          const error = await fillRow(row);
          done?.(i, error);
          return error;
        }),
      ),
    cancelRow: (sequenceId) => rows.cancel(sequenceId),
    closeSequence: (sequenceId) => rows.closeSequence(sequenceId),
    close: () => rows.close(),
  };
}
