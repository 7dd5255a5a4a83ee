/** What one bar of a chart says. */
export interface BarRow {
  readonly tokenId: number;
  readonly label: string;
  /** Of the shown step. */
  readonly prob: number;
  /** Not cut. */
  readonly isKept: boolean;
  /** Of the row as it came. */
  readonly softmax: number;
  readonly logit: number;
  /** 1-based, by logit. */
  readonly rank: number;
  /** Draws of this token, if there are any. */
  readonly count?: number;
  readonly expected?: number;
}

export interface BarChartData {
  readonly rows: readonly BarRow[];
  /** All tokens that have no bar. */
  readonly rest?: { readonly count: number; readonly prob: number; readonly softmax: number };
  /** Draws made; 0 none. */
  readonly draws: number;
  /** The probability that the axis must reach, for charts side by side. Absent: the largest of this chart. */
  readonly axisMost?: number;
}
