/** Quantiles of any choice of slices, quickly: all slices' histograms on one list of buckets. */
import { LatencyHistogram } from "../measure/latencyHistogram.ts";

export class SliceQuantiles {
  readonly #valuesMs: Float64Array;
  /** For each slice, its count in each bucket. */
  readonly #counts: readonly Float64Array[];

  /** @param encoded one histogram a slice, "" for an empty one. */
  constructor(encoded: readonly string[]) {
    const buckets = encoded.map((text) => (text === "" ? [] : LatencyHistogram.decode(text).buckets()));
    const values = [...new Set(buckets.flatMap((slice) => slice.map(({ fromMs, toMs }) => (fromMs + toMs) / 2)))].sort(
      (a, b) => a - b,
    );
    const indexOf = new Map(values.map((value, index) => [value, index]));
    this.#valuesMs = Float64Array.from(values);
    this.#counts = buckets.map((slice) => {
      const counts = new Float64Array(values.length);
      for (const { fromMs, toMs, count } of slice) counts[indexOf.get((fromMs + toMs) / 2)!]! += count;
      return counts;
    });
  }

  /** Values in ms at `shares` (ascending, in [0, 1]) over the slices named, each as often as it is named; NaN if they are empty. */
  at(slices: readonly number[], shares: readonly number[]): number[] {
    const sum = new Float64Array(this.#valuesMs.length);
    for (const slice of slices) {
      const counts = this.#counts[slice]!;
      for (let i = 0; i < counts.length; i++) sum[i]! += counts[i]!;
    }
    const total = sum.reduce((a, b) => a + b, 0);
    if (total === 0) return shares.map(() => Number.NaN);
    let cumulated = 0;
    let index = -1;
    return shares.map((share) => {
      while (index + 1 < sum.length && (index < 0 || cumulated < share * total)) cumulated += sum[++index]!;
      return this.#valuesMs[index]!;
    });
  }
}
