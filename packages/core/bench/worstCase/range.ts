/** Ranges that the search draws numbers from and takes steps in. */
import type { Random } from "./random.ts";

/**
 * `log`: evenly in the logarithm; `whole`: the same, integers; `logit`: evenly in ln(x ÷ (1 − x)), so that both ends of
 * (0, 1) are seen from near; `choice`: one of a few values.
 */
export type Range =
  | { readonly kind: "linear" | "log" | "whole" | "logit"; readonly from: number; readonly to: number }
  | { readonly kind: "choice"; readonly of: readonly (string | number | boolean)[] };

export type Value = string | number | boolean;

export function drawFrom(range: Range, random: Random): Value {
  if (range.kind === "choice") return random.pick(range.of);
  const [from, to] = [scaled(range.kind, range.from), scaled(range.kind, range.to)];
  return unscaled(range.kind, from + (to - from) * random.uniform());
}

/** A value near `value`, sometimes very near, now and then any value at all. */
export function stepFrom(range: Range, value: Value, random: Random): Value {
  if (range.kind === "choice" || random.uniform() < 0.2) return drawFrom(range, random);
  const [from, to] = [scaled(range.kind, range.from), scaled(range.kind, range.to)];
  const width = 0.15 * 0.03 ** random.uniform() * (to - from);
  const next = scaled(range.kind, value as number) + width * random.normal();
  return unscaled(range.kind, Math.min(to, Math.max(from, next)));
}

function scaled(kind: Exclude<Range["kind"], "choice">, value: number): number {
  if (kind === "linear") return value;
  return kind === "logit" ? Math.log(value / (1 - value)) : Math.log(value);
}

/** Rounded, so that a recipe can be read. */
function unscaled(kind: Exclude<Range["kind"], "choice">, value: number): number {
  switch (kind) {
    case "linear":
      return Number(value.toPrecision(4));
    case "log":
      return Number(Math.exp(value).toPrecision(4));
    case "whole":
      return Math.round(Math.exp(value));
    case "logit":
      return Number((1 / (1 + Math.exp(-value))).toFixed(7));
    default:
      return kind satisfies never;
  }
}
