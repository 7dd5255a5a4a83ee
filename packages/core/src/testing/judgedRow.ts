/** A reference row whose entropy can be moved by what rounding may move it. */
import { ReferenceRow } from "../reference/referenceRow.ts";

export class JudgedRow extends ReferenceRow {
  /** The entropy is multiplied by 1 + shift, then shift is added; never below 0. */
  entropyShift = 0;

  override entropy(): number {
    const shifted = super.entropy() * (1 + this.entropyShift) + this.entropyShift;
    return this.entropyShift === 0 ? shifted : Math.max(0, shifted);
  }

  copy(entropyShift: number): JudgedRow {
    const row = new JudgedRow(this.logits, this.history, this.promptLength, this.position);
    row.beta = this.beta;
    row.coin = this.coin;
    row.state = this.state;
    row.entropyShift = entropyShift;
    return row;
  }
}
