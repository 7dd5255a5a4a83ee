import { describe, expect, it } from "vitest";
import { parseAxis, withValue } from "../scenario/axis.ts";
import { findSaturation, isFull, type LoadPoint } from "./saturation.ts";

const point = (load: number, throughput: number, rest: Partial<LoadPoint> = {}): LoadPoint => ({
  load,
  throughput,
  achievedShare: undefined,
  keepsLimits: true,
  ...rest,
});

describe("saturation", () => {
  it("is where a doubling brings less than 10 %", () => {
    const points = [point(1, 100), point(2, 195), point(4, 360), point(8, 380), point(16, 382)];
    expect(findSaturation(points)).toEqual({ load: 4, throughput: 360, reason: "bend" });
  });

  it("is not seen in one dip, and ends a sweep after two flat points", () => {
    const dip = [point(1, 100), point(2, 195), point(4, 190), point(8, 700)];
    expect(findSaturation(dip).reason).toBe("none");
    const flat = [point(1, 100), point(2, 195), point(4, 200), point(8, 198)];
    expect(findSaturation(flat)).toEqual({ load: 2, throughput: 195, reason: "bend" });
    expect(isFull(flat.slice(0, 3))).toBe(false);
    expect(isFull(flat)).toBe(true);
  });

  it("is before the first broken limit", () => {
    const points = [point(1, 100), point(2, 195), point(4, 380, { keepsLimits: false })];
    expect(findSaturation(points)).toEqual({ load: 2, throughput: 195, reason: "limit" });
  });

  it("of rates is where less than 95 % of what is offered comes back", () => {
    const points = [
      point(10, 10, { achievedShare: 1 }),
      point(20, 19.8, { achievedShare: 0.99 }),
      point(40, 25, { achievedShare: 0.62 }),
    ];
    expect(findSaturation(points)).toEqual({ load: 20, throughput: 19.8, reason: "bend" });
  });

  it("is not found while throughput grows with the load", () => {
    expect(findSaturation([point(1, 100), point(2, 200)]).reason).toBe("none");
  });
});

describe("axes", () => {
  it.each([
    ["concurrency=1..20", [1, 2, 4, 8, 16, 20]],
    ["rate=10..40+10", [10, 20, 30, 40]],
    ["concurrency=1..64x4", [1, 4, 16, 64]],
    ["target.slots=8,16", [8, 16]],
    ["dtype=f32,bf16", ["f32", "bf16"]],
  ])("%s", (text, values) => {
    expect(parseAxis(text).values).toEqual(values);
  });

  it("turn the load into one of their kind", () => {
    const open = { load: { mode: "open", arrivals: "constant", bursts: {} } };
    expect(withValue(open, parseAxis("rate=5"), 5)["load"]).toEqual({ mode: "open", arrivals: "constant", rate: 5 });
    expect(withValue(open, parseAxis("concurrency=5"), 5)["load"]).toEqual({ mode: "closed", concurrency: 5 });
  });

  it.each(["concurency=1", "concurrency", "concurrency=8..1", "rate=0..5"])("refuse %s", (text) => {
    expect(() => parseAxis(text)).toThrow(/"over" expected/);
  });
});
