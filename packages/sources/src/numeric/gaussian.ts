/** Fills arrays with normal deviates that have the same bits on every machine. */
import type { CounterRandom } from "./counterRandom.ts";
import { naturalLog } from "./naturalLog.ts";

/**
 * `out[i]` ~ N(0, sigma²), by Marsaglia's polar method: it needs a logarithm (our own), division and square root
 * (correctly rounded everywhere), but no sine. 64 random bits a pair, so no deviate is beyond 6.8 sigma.
 */
export function fillGaussian(out: Float32Array, random: CounterRandom, sigma: number): void {
  for (let i = 0; i < out.length; i += 2) {
    let u: number;
    let v: number;
    let square: number;
    do {
      u = random.next() / 2_147_483_648 - 1;
      v = random.next() / 2_147_483_648 - 1;
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const factor = sigma * Math.sqrt((-2 * naturalLog(square)) / square);
    out[i] = u * factor;
    if (i + 1 < out.length) out[i + 1] = v * factor;
  }
}
