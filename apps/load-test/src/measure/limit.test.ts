import { describe, expect, it } from "vitest";
import { isTrue, parseLimit } from "./limit.ts";

describe("limits", () => {
  it("name a metric with a statistic, or a rate", () => {
    expect(parseLimit("ttft:p99<200ms", "slo", true)).toMatchObject({
      subject: { metric: "ttft", statistic: { percentile: 99 } },
      comparison: "<",
      value: 200,
    });
    expect(parseLimit("itl.p99.9>=1.5s", "failIf")).toMatchObject({
      subject: { statistic: { percentile: 99.9 } },
      comparison: ">=",
      value: 1500,
    });
    expect(parseLimit("e2e.mean > 50us", "failIf")).toMatchObject({ subject: { statistic: "mean" }, value: 0.05 });
    expect(parseLimit("errorRate>1%", "failIf")).toMatchObject({ subject: { rate: "errorRate" }, value: 0.01 });
    expect(parseLimit("tokensPerSecond<1000", "failIf")).toMatchObject({ value: 1000 });
  });

  it.each([
    "ttft",
    "tttf:p99<1ms",
    "ttft<1ms",
    "ttft:p99<1",
    "ttft:p101<1ms",
    "errorRate:p99<1",
    "errorRate<x",
    "ttft:p99=1ms",
    "",
  ])("refuse %j, naming the flag", (text) => {
    expect(() => parseLimit(text, "failIf")).toThrow(/"failIf" expected a condition/);
  });

  it("as a goal are upper limits for latencies", () => {
    expect(() => parseLimit("ttft:p99>1ms", "slo", true)).toThrow(/upper limit/);
  });

  it.each([
    ["e2e.p50<2ms", 1.9, true],
    ["e2e.p50<2ms", 2, false],
    ["e2e.p50<=2ms", 2, true],
    ["e2e.p50>2ms", 2, false],
    ["e2e.p50>=2ms", 2, true],
  ])("%s of %f is %s", (text, actual, expected) => {
    expect(isTrue(parseLimit(text, "x"), actual)).toBe(expected);
  });
});
