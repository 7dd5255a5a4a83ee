/** Rate of a growing count over the last moments. */
export class PaceMeter {
  readonly #windowMs: number;
  readonly #samples: { readonly atMs: number; readonly count: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes a sample and gives the rate since the oldest one in the window; 0 for the first. */
  perSecond(nowMs: number, count: number): number {
    const samples = this.#samples;
    samples.push({ atMs: nowMs, count });
    while (samples.length > 2 && samples[1]!.atMs <= nowMs - this.#windowMs) samples.shift();
    const oldest = samples[0]!;
    return nowMs > oldest.atMs ? Math.round((count - oldest.count) / ((nowMs - oldest.atMs) / 1000)) : 0;
  }
}
