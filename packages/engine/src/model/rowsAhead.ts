/**
 * Rows of a prompt that is scored, computed before they are asked for: the whole prompt is known, so one step gives the rows
 * after many of its tokens.
 */
import { sharedLength } from "./sharedLength.ts";

export class RowsAhead {
  /** The tokens that the last row follows. */
  readonly history: Int32Array;
  /** By the number of tokens before it. */
  readonly rows: { readonly length: number; readonly target: Float32Array }[];

  constructor(history: Int32Array, rows: RowsAhead["rows"]) {
    this.history = history;
    this.rows = rows;
  }

  /** Space for the row after `history` and for those after the tokens that follow, `mostAhead` of them at most. */
  static plan(history: Int32Array, upcoming: Int32Array, target: Float32Array, mostAhead: number): RowsAhead {
    const most = Math.min(upcoming.length, mostAhead);
    const whole = new Int32Array(history.length + most);
    whole.set(history);
    whole.set(upcoming.subarray(0, most), history.length);
    const ahead = Array.from({ length: most }, (_, i) => ({
      length: history.length + 1 + i,
      target: new Float32Array(new SharedArrayBuffer(target.byteLength)),
    }));
    return new RowsAhead(whole, [{ length: history.length, target }, ...ahead]);
  }

  /** Rows beside the one that was wanted. */
  get aheadCount(): number {
    return this.rows.length - 1;
  }

  /** The row after exactly these tokens, if it is here. */
  find(history: Int32Array): Float32Array | undefined {
    const row = this.rows.find(({ length }) => length === history.length);
    return row && sharedLength(this.history, history) === history.length ? row.target : undefined;
  }
}
