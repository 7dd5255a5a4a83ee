/** Conditions on results: `ttft:p99<200ms`, `itl.p99>5ms`, `errorRate>1%`, `tokensPerSecond<1000`. */
import { UsageError } from "@tokenmill/cli";
import { durationMs } from "../cli/parseDuration.ts";
import { type MetricName, metricNames, type RateName, rateNames } from "./metrics.ts";

type Comparison = "<" | "<=" | ">" | ">=";

export interface Limit {
  readonly text: string;
  readonly subject:
    | { readonly kind: "metric"; readonly metric: MetricName; readonly statistic: Statistic }
    | { readonly kind: "rate"; readonly rate: RateName };
  readonly comparison: Comparison;
  /** Milliseconds, per second, or a share of 1. */
  readonly value: number;
}

/** `p` and a percentile, or mean, min, max. */
type Statistic = { readonly percentile: number } | "mean" | "min" | "max";

const pattern = /^\s*([A-Za-z]\w*)(?:[.:](p\d+(?:\.\d+)?|mean|min|max))?\s*(<=|>=|<|>)\s*(.+?)\s*$/;

/** @param name of the flag or field, for messages. @param isGoal whether it must hold (`<`, `>` on rates) as an SLO does. @throws UsageError */
export function parseLimit(text: string, name: string, isGoal = false): Limit {
  const refuse = (why: string): never => {
    throw new UsageError(
      `"${name}" expected a condition such as ${isGoal ? "ttft:p99<200ms" : "itl.p99>5ms"}, got ${JSON.stringify(text)}: ${why}`,
    );
  };
  const match = pattern.exec(text);
  if (!match) return refuse("not of the form metric.statistic < value");
  const [, subject, statistic, comparison, value] = match as unknown as [
    string,
    string,
    string | undefined,
    Comparison,
    string,
  ];
  if ((rateNames as readonly string[]).includes(subject)) {
    if (statistic !== undefined) refuse(`${subject} has no statistics`);
    const number = /^\d+(\.\d+)?%$/.test(value) ? Number(value.slice(0, -1)) / 100 : Number(value);
    if (!(number >= 0)) refuse(`${JSON.stringify(value)} is no number`);
    return { text, subject: { kind: "rate", rate: subject as RateName }, comparison, value: number };
  }
  if (!(metricNames as readonly string[]).includes(subject)) {
    refuse(`unknown ${JSON.stringify(subject)}, known are ${[...metricNames, ...rateNames].join(", ")}`);
  }
  if (statistic === undefined) return refuse("a statistic is missing: p50, p99.9, mean, min or max");
  if (isGoal && comparison.startsWith(">")) refuse("a latency goal is an upper limit");
  const limitMs = durationMs(value);
  if (limitMs === undefined) return refuse(`${JSON.stringify(value)} is no duration such as 5ms`);
  const parsed = statistic.startsWith("p")
    ? { percentile: Number(statistic.slice(1)) }
    : (statistic as "mean" | "min" | "max");
  if (typeof parsed === "object" && parsed.percentile > 100) refuse("a percentile is at most 100");
  return {
    text,
    subject: { kind: "metric", metric: subject as MetricName, statistic: parsed },
    comparison,
    value: limitMs,
  };
}

/** Whether the condition is true of `actual`. */
export function isTrue({ comparison, value }: Limit, actual: number): boolean {
  switch (comparison) {
    case "<":
      return actual < value;
    case "<=":
      return actual <= value;
    case ">":
      return actual > value;
    case ">=":
      return actual >= value;
    default:
      return comparison satisfies never;
  }
}
