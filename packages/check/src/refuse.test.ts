import { describe, expect, it } from "vitest";
import { nearestName, refuse, refuseUnknown, show } from "./refuse.ts";

describe("messages of refused values", () => {
  it.each([
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [-0, "0"],
    [7n, "7n"],
    ["0.9", '"0.9"'],
    ["x".repeat(61), `"${"x".repeat(57)}..."`],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [[1, 2], "an array of 2"],
    [new Float32Array(3), "an array of 3"],
    [{ a: 1 }, "an object"],
    [() => 1, "a function"],
    [Symbol("s"), "Symbol(s)"],
  ])("shows %s as %s", (value, text) => {
    expect(show(value)).toBe(text);
  });

  it("are a TypeError for a wrong kind and a RangeError for a wrong value", () => {
    const message = '"topP" expected number in (0, 1], got 2';
    expect(() => refuse("topP", "number in (0, 1]", 2, false)).toThrow(new RangeError(message));
    expect(() => refuse("topP", "number in (0, 1]", 2, true)).toThrow(new TypeError(message));
  });
});

describe("unknown names", () => {
  const known = ["temperature", "topK", "topP", "minP"];

  it.each([
    ["top_p", "topP"],
    ["TOPK", "topK"],
    ["temprature", "temperature"],
    ["minp", "minP"],
  ])("%s is near %s", (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
    expect(() => refuseUnknown([name], known, "parameter")).toThrow(
      new TypeError(`unknown parameter "${name}", did you mean "${nearest}"?`),
    );
  });

  it("suggests nothing where nothing is near", () => {
    expect(nearestName("bestOf", known)).toBeUndefined();
    expect(() => refuseUnknown(["topK", "bestOf"], known, "parameter")).toThrow(
      new TypeError('unknown parameter "bestOf"'),
    );
  });
});
