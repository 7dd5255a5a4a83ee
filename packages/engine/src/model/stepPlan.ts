/**
 * What the next step computes: sequences that need one token first, all of them, then chunks of prompts in order of arrival,
 * up to the model's `stepTokens`.
 */
import type { StepItem } from "@tokenmill/core";

/** Tokens that are to be computed in the slot that their sequence has. */
export interface PendingRow {
  readonly slot: number;
  /** Prompt and output. */
  readonly history: Int32Array;
  /** How many of them the slot holds. */
  computedLength: number;
  /** Rows that are wanted: each follows the first `length` tokens; the last one follows all. */
  readonly rows: readonly { readonly length: number; readonly target: Float32Array }[];
}

export interface PlannedItem<Row extends PendingRow> {
  readonly item: StepItem;
  readonly row: Row;
  /** The step computes the last of the tokens. */
  readonly isLast: boolean;
}

export function planStep<Row extends PendingRow>(rows: readonly Row[], stepTokens: number): PlannedItem<Row>[] {
  let left = stepTokens;
  const planned: PlannedItem<Row>[] = [];
  const missing = ({ history, computedLength }: Row): number => history.length - computedLength;
  const decodeFirst = [...rows.filter((row) => missing(row) === 1), ...rows.filter((row) => missing(row) > 1)];
  for (const row of decodeFirst) {
    const count = Math.min(missing(row), left);
    if (count === 0) break;
    left -= count;
    planned.push(planItem(row, count));
  }
  return planned;
}

function planItem<Row extends PendingRow>(row: Row, count: number): PlannedItem<Row> {
  const { slot, history, computedLength: position } = row;
  const end = position + count;
  const item: StepItem = {
    slot,
    position,
    tokenIds: history.subarray(position, end),
    rows: row.rows
      .filter(({ length }) => length > position && length <= end)
      .map(({ length, target }) => ({ index: length - position - 1, target })),
  };
  return { item, row, isLast: end === history.length };
}
