/** Draws from the laws of lengths and delays. */
import type { Random } from "../random/random.ts";
import type { Distribution } from "../scenario/laws.ts";

/** One value, cut to the law's `min` and `max` and never below 0. */
export function draw(law: Distribution, random: Random): number {
  if (typeof law === "number") return law;
  switch (law.kind) {
    case "uniform":
      return law.min + random.uniform() * (law.max - law.min);
    case "normal":
      return clamp(law.mean + law.deviation * random.normal(), law);
    case "lognormal":
      return clamp(law.median * Math.exp(law.sigma * random.normal()), law);
    case "exponential":
      return clamp(law.mean * random.exponential(), law);
    case "choice":
      return law.values[pick(law.weights ?? law.values.map(() => 1), random)]!;
    default:
      return law satisfies never;
  }
}

/** The nearest whole number; a uniform law gives every integer of [min, max] the same probability. */
export function drawInteger(law: Distribution, random: Random, least: number): number {
  const isUniform = typeof law !== "number" && law.kind === "uniform";
  const value = isUniform
    ? Math.ceil(law.min) + random.below(Math.floor(law.max) - Math.ceil(law.min) + 1)
    : draw(law, random);
  return Math.max(least, Math.round(value));
}

/** Index i with probability weights[i] / Σ weights. */
export function pick(weights: readonly number[], random: Random): number {
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  const last = weights.findLastIndex((weight) => weight > 0);
  for (let i = 0; i < last; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return last;
}

function clamp(value: number, { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number }): number {
  return Math.min(max, Math.max(min, value, 0));
}
