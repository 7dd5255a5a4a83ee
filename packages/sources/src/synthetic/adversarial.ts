/**
 * Valid rows (no NaN, no +Infinity, at least one finite element) that naive samplers get wrong. Extremes are those of
 * the row's own dtype, so that rounding to 16 bits cannot make them infinite.
 */
import type { RowDtype } from "@tokenmill/contracts";
import type { CounterRandom } from "../numeric/counterRandom.ts";
import { fillGaussian } from "../numeric/gaussian.ts";

type Pattern = (out: Float32Array, random: CounterRandom, dtype: RowDtype) => void;

/** Largest finite value. */
const largest: Readonly<Record<RowDtype, number>> = {
  f32: 3.4028234663852886e38,
  f16: 65_504,
  bf16: 3.3895313892515355e38,
};
/** Smallest value above zero. */
const smallest: Readonly<Record<RowDtype, number>> = { f32: 2 ** -149, f16: 2 ** -24, bf16: 2 ** -133 };

const none = Number.NEGATIVE_INFINITY;

export const adversarialPatterns: readonly Pattern[] = [
  function tiesAtTheMaximum(out, random) {
    fillGaussian(out, random, 2.5);
    for (let i = 0; i < 7; i++) out[random.below(out.length)] = 20;
  },
  function allEqual(out) {
    out.fill(0);
  },
  function allLargest(out, _, dtype) {
    out.fill(largest[dtype]);
  },
  function allSmallest(out, _, dtype) {
    out.fill(-largest[dtype]);
  },
  function oneFinite(out, random) {
    out.fill(none);
    out[random.below(out.length)] = -7;
  },
  function masksInRuns(out, random) {
    fillGaussian(out, random, 2.5);
    for (let from = 64; from < out.length; from += 128) out.fill(none, from, from + 64);
  },
  function signedZeros(out, random) {
    for (let i = 0; i < out.length; i++) out[i] = random.below(2) === 0 ? 0 : -0;
  },
  function signedZerosAtTheMaximum(out, random) {
    for (let i = 0; i < out.length; i++) out[i] = [0, -0, -1, -30][random.below(4)]!;
  },
  function denormals(out, random, dtype) {
    for (let i = 0; i < out.length; i++) out[i] = (random.below(21) - 10) * smallest[dtype];
  },
  function hugeOfBothSigns(out, random, dtype) {
    for (let i = 0; i < out.length; i++) out[i] = random.below(2) === 0 ? largest[dtype] : -largest[dtype];
  },
  function oneHuge(out, random, dtype) {
    out.fill(-largest[dtype]);
    out[random.below(out.length)] = largest[dtype];
  },
  function firstAndLastOnly(out) {
    out.fill(none);
    out[0] = out[out.length - 1] = 1;
  },
  function ascending(out) {
    for (let i = 0; i < out.length; i++) out[i] = (i - out.length) / 1024;
  },
];
