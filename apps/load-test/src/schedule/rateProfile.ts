/**
 * Rates that change over time: pieces with linear rate. A schedule of unit-rate arrivals becomes one with this rate by
 * the inverse of the cumulated rate (time rescaling; for Poisson arrivals that is the inhomogeneous Poisson process).
 */
import type { RatePiece } from "../scenario/laws.ts";

/** Total number of arrivals expected. */
export function expectedArrivals(pieces: readonly RatePiece[]): number {
  return pieces.reduce((sum, piece) => sum + areaOf(piece), 0);
}

/** Time in ms at which the cumulated rate reaches `area`; undefined when the profile ends before. */
export class ProfileClock {
  readonly #pieces: readonly RatePiece[];
  #index = 0;
  #areaBefore = 0;
  #msBefore = 0;

  constructor(pieces: readonly RatePiece[]) {
    this.#pieces = pieces;
  }

  /** `area` must not decrease from call to call. */
  timeMs(area: number): number | undefined {
    for (;;) {
      const piece = this.#pieces[this.#index];
      if (!piece) return undefined;
      const pieceArea = areaOf(piece);
      const inside = area - this.#areaBefore;
      if (inside < pieceArea) return this.#msBefore + timeInside(piece, inside);
      this.#areaBefore += pieceArea;
      this.#msBefore += piece.durationMs;
      this.#index++;
    }
  }
}

function areaOf({ durationMs, from, to }: RatePiece): number {
  return ((from + to) / 2) * (durationMs / 1000);
}

/** Solves from·t + (to − from)/(2·d)·t² = area; the form that does not cancel when the slope is small. */
function timeInside({ durationMs, from, to }: RatePiece, area: number): number {
  const d = durationMs / 1000;
  const slope = (to - from) / d;
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * area));
  return area === 0 ? 0 : ((2 * area) / (from + root)) * 1000;
}
