/** Laws of lengths, delays and arrivals, as scenarios name them. */

/** Of lengths and delays. */
export type Distribution =
  | number
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  | {
      readonly kind: "normal";
      readonly mean: number;
      readonly deviation: number;
      readonly min?: number;
      readonly max?: number;
    }
  /** `median` and `sigma` of the logarithm. */
  | {
      readonly kind: "lognormal";
      readonly median: number;
      readonly sigma: number;
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly kind: "exponential"; readonly mean: number; readonly min?: number; readonly max?: number }
  | { readonly kind: "choice"; readonly values: readonly number[]; readonly weights?: readonly number[] };

/** `gamma`: inter-arrival times with shape `burstiness`: 1 is Poisson, below 1 comes in clumps, above 1 is more even. */
export type ArrivalLaw = "constant" | "poisson" | "gamma";

/** A piece of a rate that changes over time, linear inside. */
export interface RatePiece {
  readonly durationMs: number;
  /** Requests per second at the beginning and at the end of the piece. */
  readonly from: number;
  readonly to: number;
}
