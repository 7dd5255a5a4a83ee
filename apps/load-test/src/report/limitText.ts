/** The value of a limit's subject, with its unit. */
import { parseLimit } from "../measure/limit.ts";
import { duration, figure, percent } from "./number.ts";

export function actualText(limit: string, actual: number): string {
  const { subject } = parseLimit(limit, "limit");
  if (subject.kind === "metric") return duration(actual);
  return subject.rate === "errorRate" ? percent(actual) : figure(actual);
}
