import { describe, expect, it } from "vitest";
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkName,
  checkNumber,
  checkOptions,
  checkString,
  checkText,
} from "./checks.ts";

const range = { min: 1, max: 16 };

describe("checks of values", () => {
  it("return what they accept", () => {
    const options = { a: 1 };
    const called = (): void => {};
    expect(checkInteger("n", 16, range)).toBe(16);
    expect(checkNumber("n", 1.5, range)).toBe(1.5);
    expect(checkBoolean("b", false)).toBe(false);
    expect(checkString("s", "")).toBe("");
    expect(checkText("t", "a😀")).toBe("a😀");
    expect(checkFunction("f", called)).toBe(called);
    expect(checkName("d", "f16", ["f32", "f16"])).toBe("f16");
    expect(checkOptions("options", options, ["a"], "option")).toBe(options);
  });

  it.each(["1", null, undefined, {}, 7n])("refuse %s as a number by its kind, with both bounds", (value) => {
    expect(() => checkInteger("n", value, range)).toThrow(TypeError);
    expect(() => checkNumber("n", value, range)).toThrow(/^"n" expected number in \[1, 16\], got /);
  });

  it.each([Number.NaN, -1, 17, 2 ** 31, 1e12, Infinity])("refuse %d by its value", (value) => {
    expect(() => checkInteger("n", value, range)).toThrow(RangeError);
    expect(() => checkNumber("n", value, range)).toThrow(RangeError);
  });

  it("say what is finite without a number for it", () => {
    const message = '"n" expected number ≥ 0, finite, got Infinity';
    expect(() => checkNumber("n", Infinity, { min: 0, max: Number.MAX_VALUE })).toThrow(new RangeError(message));
  });

  it("refuse 1.5 as an integer", () => {
    expect(() => checkInteger("n", 1.5, range)).toThrow(new RangeError('"n" expected integer in [1, 16], got 1.5'));
  });

  it.each(["constructor", "toString", "__proto__", "F32"])("refuse %s, which is no name of the table", (value) => {
    expect(() => checkName("dtype", value, ["f32", "f16"])).toThrow(/^"dtype" expected one of "f32", "f16", got /);
  });

  it("refuse options that are no object, and unknown names with the near one", () => {
    expect(() => checkOptions("options", [] as object, ["a"], "option")).toThrow(
      '"options" expected object, got an array of 0',
    );
    expect(() => checkOptions("options", { tpoK: 1 }, ["topK"], "option")).toThrow(
      'unknown option "tpoK", did you mean "topK"?',
    );
    expect(() => checkString("s", 1)).toThrow(TypeError);
    expect(() => checkText("t", "😀".slice(1))).toThrow(RangeError);
    expect(() => checkBoolean("b", 0)).toThrow(TypeError);
    expect(() => checkFunction("f", undefined)).toThrow(TypeError);
  });
});
