/**
 * What the next step computes: sequences that need one token first, all of them, then chunks of prompts in order of arrival,
 * up to the model's `stepTokens`.
 */
import type { StepItem } from "@tokenmill/core";

/** A row that is wanted, with the slot its sequence has. */
export interface PendingRow {
  readonly slot: number;
  /** Prompt and output; the row follows the last. */
  readonly history: Int32Array;
  /** How many of them the slot holds. */
  computedLength: number;
  readonly target: Float32Array;
}

export interface PlannedItem<Row extends PendingRow> {
  readonly item: StepItem;
  readonly row: Row;
  /** The step writes the row. */
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
  const { slot, history, computedLength: position, target } = row;
  const isLast = position + count === history.length;
  const item: StepItem = {
    slot,
    position,
    tokenIds: history.subarray(position, position + count),
    rows: isLast ? [{ index: count - 1, target }] : [],
  };
  return { item, row, isLast };
}
