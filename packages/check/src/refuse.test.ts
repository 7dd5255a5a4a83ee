import { describe, expect, it } from "vitest";
import { messageOf } from "./messageOf.ts";
import { refusalOf } from "./refusal.ts";
import { nearestName, refuse, refuseBecause, refuseUnknown, show } from "./refuse.ts";

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe("a refusal", () => {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

  it("says the same in the spelling of the caller, and leaves the value as it is", () => {
    const error = thrownBy(() => refuse("stopIds[0]", 'none in "badIds"', "stopIds badIds", false, ["badIds"]));
    expect(messageOf(error)).toBe('"stopIds[0]" expected none in "badIds", got "stopIds badIds"');
    expect(refusalOf(error, snake)).toEqual({
      parameter: "stop_ids[0]",
      message: '"stop_ids[0]" expected none in "bad_ids", got "stopIds badIds"',
    });
  });

  it("spells each name of a path, and nothing in brackets", () => {
    const error = thrownBy(() => refuse("topList[aB].minCount[3].x", "none", 1, false));
    expect(refusalOf(error, snake)?.parameter).toBe("top_list[aB].min_count[3].x");
  });

  it("has its parameter whatever made it", () => {
    expect(refusalOf(thrownBy(() => refuseBecause("ignoreEos", 'expected false beside "jsonSchema"', true)))).toEqual({
      parameter: "ignoreEos",
      message: '"ignoreEos" expected false beside "jsonSchema"',
    });
    const unknown = thrownBy(() => refuseUnknown(["topKK"], ["topK"], "parameter"));
    expect(refusalOf(unknown)?.parameter).toBe("topKK");
  });

  it("is nothing that only reads like one", () => {
    for (const other of [new RangeError('"topK" expected 1, got 2'), new Error("x"), null, undefined, "x", 7]) {
      expect(refusalOf(other)).toBeUndefined();
    }
  });
});

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

  it("have the hint there is for them instead of a near name", () => {
    const hintOf = (name: string): string | undefined => (name === "topp" ? 'it is "topP" here' : undefined);
    expect(() => refuseUnknown(["topp"], known, "parameter", hintOf)).toThrow(
      new TypeError('unknown parameter "topp": it is "topP" here'),
    );
    expect(() => refuseUnknown(["topkk"], known, "parameter", hintOf)).toThrow('did you mean "topK"?');
  });

  it("suggests nothing where nothing is near", () => {
    expect(nearestName("bestOf", known)).toBeUndefined();
    expect(() => refuseUnknown(["topK", "bestOf"], known, "parameter")).toThrow(
      new TypeError('unknown parameter "bestOf"'),
    );
  });
});
